"""Lists of models: asked for once, kept for a while, on disk, and never another's."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from scripted import NOON, HandClock

from chat.built_in_models import BUILT_IN
from chat.errors import ModelUnavailable, ProviderError
from chat.messages import Secret
from chat.model_lists import ModelList, first_list, load_copy, save_copy

URL = "https://openrouter.ai/api/v1"
LIFETIME_S = 3600.0


def body_of(*ids: str) -> bytes:
    return json.dumps({"data": [{"id": model_id} for model_id in ids]}).encode()


class Upstream:
    """Answers with what it is told to, and remembers by which key it was asked."""

    def __init__(self, *answers: bytes | ProviderError) -> None:
        self.answers = list(answers)
        self.keys: list[Secret | None] = []

    async def fetch(self, key: Secret | None) -> bytes:
        self.keys.append(key)
        answer = self.answers.pop(0)
        if isinstance(answer, ProviderError):
            raise answer
        return answer


class Desk:
    """A list whose asking is done when the test says so."""

    def __init__(self, upstream: Upstream, **changes: Any) -> None:
        self.clock = HandClock()
        self.waiting: list[Coroutine[Any, Any, None]] = []
        self.list = ModelList(
            upstream.fetch,
            self.waiting.append,
            **{
                "clock": self.clock,
                "now": lambda: NOON,
                "lifetime_s": LIFETIME_S,
                "first": BUILT_IN,
                **changes,
            },
        )

    def read(self) -> list[str]:
        return [model.id for model in self.list.read().models]

    async def settle(self) -> None:
        while self.waiting:
            await self.waiting.pop()


BUILT_IN_IDS = [model.id for model in BUILT_IN.models]


async def test_the_first_reader_gets_the_built_in_list_at_once_and_the_live_one_later() -> None:
    desk = Desk(Upstream(body_of("acme/a")))

    assert desk.read() == BUILT_IN_IDS
    await desk.settle()

    assert desk.read() == ["acme/a"]
    assert (desk.list.read().origin, desk.list.read().as_of) == ("live", NOON)


async def test_many_readers_ask_once_in_the_lists_lifetime() -> None:
    upstream = Upstream(body_of("acme/a"), body_of("acme/b"))
    desk = Desk(upstream)
    for _ in range(3):
        desk.read()
    await desk.settle()
    desk.clock.now_s += LIFETIME_S - 1
    desk.read()
    await desk.settle()

    assert len(upstream.keys) == 1


async def test_a_list_that_is_too_old_is_shown_until_the_new_one_is_there() -> None:
    desk = Desk(Upstream(body_of("acme/a"), body_of("acme/b")))
    desk.read()
    await desk.settle()
    desk.clock.now_s += LIFETIME_S

    assert desk.read() == ["acme/a"]
    await desk.settle()
    assert desk.read() == ["acme/b"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (ModelUnavailable("", status=500), "cannot be had right now (error 500)."),
        (ModelUnavailable(""), "cannot be had right now."),
        (b"<html>", "A web page came"),
        (b'{"data": [{"id"', "only in part"),
    ],
    ids=["500", "away", "html", "truncated"],
)
async def test_a_fault_is_said_and_the_list_that_was_there_stays(
    answer: bytes | ProviderError, sentence: str
) -> None:
    desk = Desk(Upstream(answer, body_of("acme/a")))
    desk.read()
    await desk.settle()

    assert sentence in desk.list.read().fault
    assert desk.read() == BUILT_IN_IDS
    desk.clock.now_s += 60
    desk.read()
    await desk.settle()
    assert (desk.read(), desk.list.read().fault) == (["acme/a"], "")


async def test_with_a_lifetime_of_nothing_nobody_is_asked() -> None:
    desk = Desk(Upstream(), lifetime_s=0)

    assert desk.read() == BUILT_IN_IDS
    assert not desk.waiting


async def test_a_keys_list_is_asked_for_with_that_key_and_says_so() -> None:
    upstream = Upstream(body_of("acme/a"))
    desk = Desk(upstream, key=Secret("mine"))
    desk.read()
    await desk.settle()

    assert upstream.keys == [Secret("mine")]
    assert desk.list.read().is_own


def keeper(path: Path) -> Callable[[bytes, Any], None]:
    return lambda body, as_of: save_copy(path, URL, body, as_of)


async def test_a_list_that_came_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "models.json"
    desk = Desk(Upstream(body_of("acme/a")), on_new=keeper(path))
    desk.read()
    await desk.settle()

    found = first_list(path, URL)
    assert [model.id for model in found.models] == ["acme/a"]
    assert (found.origin, found.as_of) == ("copy", NOON)
    assert [file.name for file in path.parent.iterdir()] == ["models.json"]


async def test_a_list_that_cannot_be_used_does_not_replace_the_copy(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    save_copy(path, URL, body_of("acme/a"), NOON)
    desk = Desk(Upstream(b"<html>"), on_new=keeper(path), first=first_list(path, URL))
    desk.read()
    await desk.settle()

    copy = load_copy(path, URL)
    assert copy is not None
    assert [model.id for model in copy.models] == ["acme/a"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null\n",
        b'{"base_url": 1}\n{}',
        b"\xff\n\xff",
        b"[]\n[]",
        f'{{"base_url": "{URL}", "as_of": "9999-12-31T23:59:59-12:00"}}\n'.encode(),
    ],
    ids=repr,
)
def test_a_copy_that_is_broken_is_not_used(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "models.json"
    path.write_bytes(content)

    assert first_list(path, URL) is BUILT_IN


def test_another_addresss_copy_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    save_copy(path, "https://elsewhere.test/v1", body_of("acme/a"), NOON)

    assert first_list(path, URL) is BUILT_IN


def test_a_folder_that_cannot_be_written_costs_only_the_copy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    save_copy(tmp_path / "file" / "models.json", URL, body_of("acme/a"), NOON)

    assert load_copy(tmp_path / "file" / "models.json", URL) is None


class Silence(Upstream):
    """Says nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__(body_of("acme/a"))
        self.ends = asyncio.Event()

    async def fetch(self, key: Secret | None) -> bytes:
        await self.ends.wait()
        return await super().fetch(key)


async def test_readers_do_not_wait_for_an_upstream_that_says_nothing() -> None:
    upstream = Silence()
    desk = Desk(upstream)
    desk.read()
    asking = asyncio.create_task(desk.waiting.pop())

    assert desk.read() == BUILT_IN_IDS
    upstream.ends.set()
    await asking
    assert desk.read() == ["acme/a"]
