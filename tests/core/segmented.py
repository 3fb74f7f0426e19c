"""A text cut into elements as it would stream, and drawn as the whole or one by one."""

from collections.abc import Iterable
from typing import Any

from markdown_it.token import Token

from chat.markdown_parser import build_parser
from chat.segments import Piece, Seal, Segmenter, split

RENDERER = build_parser().enable("strikethrough")


def _draw_source(_renderer: Any, tokens: list[Token], place: int, _opts: Any, _env: Any) -> str:
    return f"<{tokens[place].type}>{tokens[place].content}</>\n"


def _draw_nothing(_renderer: Any, _tokens: Any, _place: int, _opts: Any, _env: Any) -> str:
    return ""


RENDERER.add_render_rule("math", _draw_source)
RENDERER.add_render_rule("directive", _draw_source)
RENDERER.add_render_rule("definition", _draw_nothing)


def stream(deltas: Iterable[str]) -> tuple[list[str], Segmenter]:
    segmenter = Segmenter()
    elements = [""]
    actions = [action for delta in deltas for action in segmenter.feed(delta)]
    for action in actions + segmenter.flush():
        match action:
            case Seal():
                elements.append("")
            case Piece(text):
                elements[-1] += text
    return [element for element in elements if element], segmenter


def render(text: str) -> str:
    return str(RENDERER.render(text))


def assert_streams_as_it_is_drawn(deltas: list[str]) -> None:
    text = "".join(deltas)
    elements, segmenter = stream(deltas)

    assert "".join(elements) == text
    assert split(text) == ([text] if segmenter.needs_repaint else elements)
