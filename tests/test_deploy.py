"""What the Makefile's scripts say on a machine that lacks something; nothing is installed."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(script: str, *words: str, path: Path, **environment: str) -> tuple[int, str]:
    """Runs a script in an empty folder with nothing else on the PATH: its status, its words."""
    done = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", ROOT / "deploy" / script, *words],
        cwd=path,
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def stand_in(path: Path, name: str, script: str) -> None:
    """A program on the PATH that does what the shell script says."""
    program = path / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, words = run("python.sh", "python3", path=tmp_path)

    assert status == 1
    assert words.startswith("There is no python3 here")
    assert words.count("\n") == 1


def test_a_python_that_is_too_old_is_told_its_version(tmp_path: Path) -> None:
    stand_in(tmp_path, "python3", 'case "$2" in *exit*) exit 1;; *platform*) echo 3.10.13;; esac')

    status, words = run("python.sh", "python3", path=tmp_path)

    assert status == 1
    assert "python3 is 3.10.13" in words
    assert words.count("\n") == 1


def test_a_python_without_its_venv_module_leaves_no_half_environment(tmp_path: Path) -> None:
    stand_in(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')

    status, words = run("python.sh", "python3", path=tmp_path)

    assert status == 1
    assert "apt-get install python3-venv" in words
    assert words.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_a_browser_that_is_there_is_enough_and_not_worth_a_word(tmp_path: Path) -> None:
    stand_in(tmp_path, "google-chrome", "exit 0")

    assert run("browser.sh", path=tmp_path) == (0, "")


def test_without_a_browser_and_without_the_right_to_install_one_it_says_what_to_do(
    tmp_path: Path,
) -> None:
    status, words = run("browser.sh", path=tmp_path, CHROMIUM="/nowhere/chromium")

    assert status == 1
    assert "apt-get install chromium" in words
    assert words.count("\n") == 1


@pytest.mark.parametrize(
    ("user", "prefix"), [("0", "apt-get"), ("1000", "sudo -n apt-get")], ids=["root", "sudo"]
)
def test_a_missing_browser_is_installed_where_that_is_allowed(
    tmp_path: Path, user: str, prefix: str
) -> None:
    stand_in(tmp_path, "id", f"echo {user}")
    stand_in(tmp_path, "env", 'shift; exec "$@"')
    stand_in(
        tmp_path, "sudo", 'test "$2" = true && exit 0; echo "sudo -n" >> log; shift; exec "$@"'
    )
    stand_in(
        tmp_path,
        "apt-get",
        f'echo "apt-get $1" >> log; test "$1" = update || : > {tmp_path}/chromium; '
        f'test "$1" = update || {_which("chmod")} +x {tmp_path}/chromium',
    )

    status, _ = run("browser.sh", path=tmp_path)

    assert status == 0
    steps = (tmp_path / "log").read_text("utf-8").replace("sudo -n\n", "sudo -n ").splitlines()
    assert steps == [f"{prefix} update", f"{prefix} install"]


def test_without_node_and_without_the_right_to_install_it_says_what_to_do(tmp_path: Path) -> None:
    status, words = run("node.sh", path=tmp_path)

    assert status == 1
    assert "apt-get install nodejs npm" in words
    assert words.count("\n") == 1


@pytest.mark.parametrize(
    "port", ["", "0", "-1", "65536", "99999", "9" * 30, "abc", "80 81", '"$0"']
)
def test_a_port_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path, port: str) -> None:
    status, words = run("port.sh", port, path=tmp_path)

    assert status == 1
    assert words.startswith(f'PORT should be a whole number from 1 to 65535, not "{port}"')
    assert words.count("\n") == 1


@pytest.mark.parametrize("port", ["1", "8501", "08501", "65535"])
def test_a_port_that_can_be_is_not_worth_a_word(tmp_path: Path, port: str) -> None:
    assert run("port.sh", port, path=tmp_path) == (0, "")


def test_make_run_looks_at_the_port_before_it_does_anything_else() -> None:
    said = _make("run", PORT="99999")

    assert said.startswith('PORT should be a whole number from 1 to 65535, not "99999"')
    assert "Traceback" not in said


def test_ci_runs_make_test_and_nothing_besides() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()

    assert [line for line in lines if not line.startswith("#")] == [
        "set -eu",
        'cd "$(dirname "$0")/.."',
        "make test",
    ]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def _make(target: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own Makefile
        [_which("make"), "--no-print-directory", target],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stdout


def _which(name: str) -> str:
    return next(str(p) for f in ("/bin", "/usr/bin") if (p := Path(f) / name).exists())
