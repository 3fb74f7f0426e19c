"""Which models the chaos asks: every fault of the simulator's grammar, at random places."""

import random

from chat.simulator.grammar import FAULTS

LONGEST = 120
STYLES = ("prose", "code", "tables", "lists", "cjk", "emoji", "mixed")
HEALTHY_SHARE = 0.25
SLOW = {"429-after-N": 1, "429-date-N": 1, "429-after-ms-N": 200, "429-reset-N": 1, "stall-N": 20}
"""What N may be at most where it is a time that would be waited for."""


def random_model(chances: random.Random, number: int) -> str:
    """A model id; the same for the same chances, and no two alike.

    Args:
        chances: Where the randomness comes from.
        number: Makes the id, and with it the text, the only one of its kind.
    """
    options = [
        f"seed-{number + 1}",
        f"len-{chances.randint(1, LONGEST)}",
        f"rate-{chances.choice((100, 300, 1000))}",
        f"ttft-{chances.choice((0, 20, 100))}",
        f"style-{chances.choice(STYLES)}",
    ]
    options += [word for word in ("split", "comments", "usage-repeat") if chances.random() < 0.2]
    if chances.random() < 0.2:
        options.append(f"think-{chances.randint(1, 30)}")
    if chances.random() >= HEALTHY_SHARE:
        options += _fault(chances)
    return "chaos/sim-" + "-".join(options)


def _fault(chances: random.Random) -> list[str]:
    form = chances.choice(sorted(FAULTS))
    words = form
    while "N" in words:
        words = words.replace("N", str(chances.randint(1, SLOW.get(form, LONGEST))), 1)
    options = [words]
    if chances.random() < 0.5:
        options.append(f"fails-{chances.randint(1, 3)}")
    if chances.random() < 0.4:
        options.append(f"resume-{chances.choice(('repeats', 'restarts', 'says-no', 'refuses'))}")
    return options
