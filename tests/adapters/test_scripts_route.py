"""The route for the page's own scripts, and what a component brings instead of its script."""

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from chat.api.scripts import loader, script_address, script_routes

TEXT = "export default function () {}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    script = tmp_path / "box.js"
    script.write_text(TEXT, "utf-8")
    return script


@pytest.fixture
def beside(file: Path) -> Path:
    """A script that the other one imports."""
    file.write_text('import { one } from "./routes.js"', "utf-8")
    script = file.with_name("routes.js")
    script.write_text("export const one = 1", "utf-8")
    return script


def client(file: Path) -> httpx2.AsyncClient:
    site = Starlette(routes=script_routes([file]))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://app")


async def test_a_script_comes_whole_and_is_kept(file: Path) -> None:
    async with client(file) as browser:
        answer = await browser.get("/scripts/box.js")

    assert answer.text == TEXT
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["other.js", "..%2Fbox.py"])
async def test_no_other_file_is_served(file: Path, name: str) -> None:
    async with client(file) as browser:
        assert (await browser.get(f"/scripts/{name}")).status_code == 404


def test_another_version_of_a_script_has_another_address(file: Path) -> None:
    before = loader(file)
    file.write_text("export default function () { return 1 }", "utf-8")

    assert "scripts/box.js?" in before
    assert loader(file) != before


def test_what_a_script_imports_changes_its_address_too(file: Path, beside: Path) -> None:
    before = loader(file)
    beside.write_text("export const one = 2", "utf-8")

    assert loader(file) != before


async def test_a_script_imports_another_by_its_version(file: Path, beside: Path) -> None:
    async with client(file) as browser:
        sent = (await browser.get("/scripts/box.js")).text

    version = script_address(beside).partition("?")[2]
    assert sent == f'import {{ one }} from "./routes.js?{version}"'
