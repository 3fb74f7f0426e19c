"""Who may import whom, and how long a file may be; read from the sources, nothing is run."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APP_FILES = sorted(
    [ROOT / "streamlit_app.py", *ROOT.glob("chat/**/*.py"), *ROOT.glob("pages/*.py")]
)
ALL_FILES = sorted([*APP_FILES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/**/*.py")])
MAX_LINES = 300
MAX_PAGE_LINES = 60


@dataclass(frozen=True, slots=True)
class Room:
    """What the files of a room may import beside the standard library and their own room.

    Attributes:
        rooms: Other rooms of this app.
        libraries: Outside packages or modules, each with the reason.
    """

    rooms: frozenset[str]
    libraries: dict[str, str]


CORE = frozenset({"core"})
STREAMLIT = {"streamlit": "the screen"}
ROOMS = {
    "core": Room(
        frozenset(),
        {
            "markdown_it": "a Markdown parser: text in, tokens out, no I/O",
            "numpy": "linear algebra: arrays in, arrays out, no I/O",
            "PIL": "decoding images: bytes in, a size or a fault out, no I/O",
            "cryptography": "encryption: bytes in, bytes out, no I/O",
            "uvloop": "an event loop in the place of asyncio's; what it does is up to others",
            "dotenv.parser": "the grammar of .env files; the rest of dotenv sets the environment",
        },
    ),
    "providers": Room(
        CORE,
        {
            "openai": "the one library of this room",
            "httpx2": "its transport, whose faults it lets through when a body is read by hand",
        },
    ),
    "stores": Room(
        CORE,
        {
            "sqlalchemy": "the one library",
            "alembic": "its migrations",
            "pyarrow": "packed figures as bytes",
            "numpy": "percentiles of them",
        },
    ),
    "simulator": Room(CORE, {"starlette": "routes", "uvicorn": "the HTTP protocol"}),
    "local": Room(CORE, {"xllamacpp": "llama.cpp, in the child process only"}),
    "api": Room(
        CORE,
        {
            "starlette": "routes and middleware",
            "prometheus_client": "what Prometheus reads",
            "uvicorn": "the WebSocket's compression",
            "websockets": "likewise",
        },
    ),
    "ui": Room(
        CORE | {"providers", "stores", "simulator", "local", "api"},
        {
            **STREAMLIT,
            "pandas": "the tables of the charts",
            "altair": "the charts",
            "pyarrow": "the Parquet export",
        },
    ),
    "pages": Room(CORE | {"ui"}, STREAMLIT),
    "app": Room(CORE | {"ui", "api"}, {**STREAMLIT, "starlette.middleware": "st.App takes it"}),
}
ADAPTERS = {"Upstream", "SqlStore", "SimulatorServer"}
MADE_ONCE = ADAPTERS | {"Engine", "LocalModels", "Recorder", "Turns"}
USERS_ROOMS = {"ui", "pages", "app", "api"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in APP_FILES}


def room_of(module: str) -> str:
    first, *rest = module.split(".")
    if first != "chat":
        return "pages" if first == "pages" else "app"
    return rest[0] if rest and rest[0] in ROOMS else "core"


def imports_of(path: Path) -> Iterator[str]:
    """Full names of the imported modules; of `from a import b`, `a.b` where that is a module."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def is_within(module: str, packages: set[str] | dict[str, str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def wrong_imports(path: Path) -> Iterator[str]:
    own = room_of(name_of(path))
    for module in imports_of(path):
        if module.split(".")[0] in sys.stdlib_module_names:
            continue
        if module in MODULES:
            if room_of(module) not in {own, *ROOMS[own].rooms}:
                yield module
        elif not is_within(module, ROOMS[own].libraries):
            yield module


@pytest.mark.parametrize("path", APP_FILES, ids=label)
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    assert list(wrong_imports(path)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_may_import_is_imported(room: str) -> None:
    files = [path for name, path in MODULES.items() if room_of(name) == room]
    imported = {module for path in files for module in imports_of(path)}
    by_name = {"xllamacpp"}  # loaded by name, see below

    for library in set(ROOMS[room].libraries) - by_name:
        assert any(is_within(module, {library}) for module in imported), library


def test_modules_have_no_import_cycles() -> None:
    graph = {
        name: {module for module in imports_of(path) if module in MODULES and module != name}
        for name, path in MODULES.items()
    }

    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, with the cycle

    assert set(order) == set(MODULES)


def test_only_the_wiring_names_an_adapter() -> None:
    namers = {
        label(path)
        for path in APP_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and {a.name for a in node.names} & {"OpenAIWire", *ADAPTERS}
        if room_of(name_of(path)) in USERS_ROOMS
    }

    assert namers == {"chat/ui/wiring.py"}


def test_only_the_wiring_makes_what_is_made_once() -> None:
    makers = {
        (label(path), name)
        for path in APP_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        for name in [ast.unparse(node.func).split(".")[0]]
        if name in MADE_ONCE and room_of(name_of(path)) in USERS_ROOMS
    }

    assert makers == {("chat/ui/wiring.py", name) for name in MADE_ONCE}


def test_only_the_session_opens_the_session_state() -> None:
    namers = {
        label(path)
        for path in APP_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "session_state"
    }

    assert namers == {"chat/ui/session.py"}


def test_only_the_child_process_and_who_puts_it_off_loads_a_module_by_name() -> None:
    loaders = {
        label(path)
        for path in APP_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id)
        in {"import_module", "__import__"}
    }

    assert loaders == {
        "chat/local/child.py",
        "chat/providers/upstream.py",
        "chat/stores/sql.py",
        "chat/ui/early.py",
    }


@pytest.mark.parametrize("path", APP_FILES, ids=label)
def test_imports_stand_at_the_top(path: Path) -> None:
    inside = [
        node.lineno
        for outer in ast.walk(tree_of(path))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


@pytest.mark.parametrize("path", ALL_FILES, ids=label)
def test_a_file_says_what_lives_in_it_and_is_not_long(path: Path) -> None:
    docstring = ast.get_docstring(tree_of(path))
    lines = path.read_text("utf-8").count("\n")

    assert docstring
    assert lines <= (MAX_PAGE_LINES if path.parent == ROOT / "pages" else MAX_LINES)
