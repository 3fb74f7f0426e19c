"""Text to answer with: the same words for the same style, seed and length, for ever.

A token is a word with the white space after it, or one Chinese or Japanese character. Joined, the
tokens are Markdown that begins and ends properly.
"""

import re
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random

from chat.simulator.scenario import Style

_TOKEN = re.compile(r"[\u3000-\u9fff\uff00-\uffef]\s*|[^\s\u3000-\u9fff\uff00-\uffef]{1,32}\s*|\s+")

_WHO = "A patient engine|The quiet stopwatch|Every honest stream|This small model|The first token|A careful reader|The last word|One long answer|The busy network|A slow upstream|The open page|Nobody in the café"  # noqa: E501 - a word list reads best on one line
_DOES = "measures|carries|remembers|follows|repaints|forgets|counts|interrupts|repeats|delays|explains|outruns"  # noqa: E501
_WHAT = "the next paragraph|a naïve estimate|the whole reply|thirty frames a second|an empty chunk|the reader’s patience|a finished block|the shortest pause|each new word|the median|an old promise|a second opinion"  # noqa: E501
_WHEN = "before breakfast|while the tail grows|in one frame|without a sound|at the second try|until somebody presses stop|under load|long after midnight|as the gap closes|for no reason at all|within 100 ms — usually|as soon as it can"  # noqa: E501
_HEADINGS = "What happens first|Where the time goes|A closer look|Counting tokens|The short version|What to try next"  # noqa: E501
_EMOJI = "🚀|👩‍💻|👍🏽|🇫🇷|👨‍👩‍👧‍👦|⏱️|🧵|e\u0301|❤️‍🔥|🌊"
_CJK = "最初の言葉はすぐに届く|計測は正直でなければならない|长长的回答一段一段地出现|读者随时可以停下来|時計は止まらない|网络有时会很慢|一つの文字も失われない"  # noqa: E501
_DIGITS = "一二三四五六七八九"
_CODE = (
    'def measure(stream, clock):\n    started = clock()\n    for word in stream:\n        yield word, clock() - started\n    print(f"done after {clock() - started:.1f} s")',  # noqa: E501
    'async function follow(reply) {\n  for await (const event of reply) {\n    if (event.type === "text") paint(event.text);\n  }\n}',  # noqa: E501
    "SELECT model, count(*) AS answers\nFROM replies\nWHERE outcome = 'completed'\nGROUP BY model\nORDER BY answers DESC;",  # noqa: E501
)
FENCE_LINES = 2000
TABLE_ROWS = 500
_UNSPACED = ("cjk", "wall")
_LANGUAGES = ("python", "javascript", "sql")


def tokens_of(text: str) -> tuple[str, ...]:
    """The text in tokens; joined, they are the text."""
    return tuple(_TOKEN.findall(text))


def write(style: Style, seed: int, length_tokens: int) -> tuple[str, ...]:
    """A text of exactly that many tokens.

    Whole blocks first; a paragraph that ends with a full stop fills what is left.
    """
    random = Random(f"{style}/{seed}")  # noqa: S311 - the text must repeat, not surprise
    said: list[str] = []
    for block in _blocks(style, random):
        tokens = tokens_of(block + "\n\n")
        if len(said) + len(tokens) + 12 > length_tokens:
            break
        said += tokens
    return (*said, *_closing(style, random, length_tokens - len(said)))


def _blocks(style: Style, random: Random) -> Iterator[str]:
    for draw in cycle(_STYLES[style]):
        yield draw(random)


def _closing(style: Style, random: Random, length_tokens: int) -> tuple[str, ...]:
    words: list[str] = []
    while len(words) < length_tokens:
        words += tokens_of(_cjk(random) if style in _UNSPACED else _sentence(random) + " ")
    if not length_tokens:
        return ()
    *most, last = words[:length_tokens]
    return (*most, last.rstrip(" .。") + ("。" if style in _UNSPACED else "."))


def _pick(random: Random, words: str) -> str:
    return random.choice(words.split("|"))


def _sentence(random: Random) -> str:
    return " ".join(_pick(random, words) for words in (_WHO, _DOES, _WHAT, _WHEN)) + "."


def _paragraph(random: Random) -> str:
    return " ".join(_sentence(random) for _ in range(3))


def _heading(random: Random) -> str:
    return f"## {_pick(random, _HEADINGS)}"


def _list(random: Random) -> str:
    items = [f"- **{_pick(random, _WHO)}** {_pick(random, _DOES)} `{n}`" for n in range(3)]
    return "\n".join([*items, f"  - {_pick(random, _WHAT)}"])


def _steps(random: Random) -> str:
    return "\n".join(f"{n}. {_pick(random, _WHAT)}, {_pick(random, _WHEN)}" for n in range(1, 4))


def _fence(random: Random) -> str:
    which = random.randrange(len(_CODE))
    return f"```{_LANGUAGES[which]}\n{_CODE[which]}\n```"


def _table(random: Random) -> str:
    rows = [f"| {_pick(random, _WHAT)} | {random.randrange(20, 900)} ms |" for _ in range(4)]
    return "\n".join(["| What | Time |", "|---|---:|", *rows])


def _long_fence(random: Random) -> str:
    lines = [f"total += weigh({n}, {random.randrange(1000)})" for n in range(FENCE_LINES)]
    return "\n".join(["```python", *lines, "```"])


def _long_table(random: Random) -> str:
    rows = [f"| {n} | {_pick(random, _WHAT)} |" for n in range(TABLE_ROWS)]
    return "\n".join(["| Number | What |", "|---:|---|", *rows])


def _quote(random: Random) -> str:
    return f"> {_sentence(random)}"


def _cjk(random: Random) -> str:
    # Numbered: of a text that repeats itself nobody could tell a repeat from a going on.
    numbers = ("".join(random.choices(_DIGITS, k=3)) for _ in range(4))
    return "".join(f"{_pick(random, _CJK)}{number}。" for number in numbers)


def _emoji(random: Random) -> str:
    return " ".join(f"{_sentence(random)} {_pick(random, _EMOJI)}" for _ in range(3))


_Draw = Callable[[Random], str]
_STYLES: dict[Style, tuple[_Draw, ...]] = {
    "prose": (_paragraph,),
    "code": (_paragraph, _fence),
    "tables": (_heading, _table),
    "lists": (_list, _steps),
    "cjk": (_cjk,),
    "emoji": (_emoji,),
    "fence": (_long_fence,),
    "table": (_long_table,),
    "wall": (),
    "mixed": (_heading, _paragraph, _list, _fence, _table, _paragraph, _steps, _quote),
}
