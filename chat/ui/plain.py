"""Text from outside made harmless where Streamlit expects Markdown: labels, captions, messages."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """The text on one line, shown as it is: no Markdown, no colours, no formulas, no links.

    Any ASCII punctuation may be escaped (https://spec.commonmark.org/0.31.2/#backslash-escapes).
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
