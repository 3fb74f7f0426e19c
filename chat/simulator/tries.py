"""Counts the requests with the same prompt, for models that fail at first. In memory."""

from collections import OrderedDict
from dataclasses import replace

from chat.simulator.asked import Asked
from chat.simulator.scenario import Scenario

_KEPT = 10_000


class Tries:
    """How often each prompt was sent to each model since it was last answered."""

    def __init__(self) -> None:
        self._failed: OrderedDict[tuple[str, int], int] = OrderedDict()

    def now(self, scenario: Scenario, asked: Asked) -> Scenario:
        """The scenario as it is for this request: without its fault once that has struck enough.

        The next request after that one meets the fault again, so that it can be shown twice.
        """
        if not scenario.fails:
            return scenario
        prompt = (asked.model, hash(asked.last_user_text))
        failed = self._failed.pop(prompt, 0)
        if failed >= scenario.fails:
            return replace(scenario, fault=None)
        self._failed[prompt] = failed + 1
        if len(self._failed) > _KEPT:
            self._failed.popitem(last=False)
        return scenario
