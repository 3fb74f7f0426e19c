"""Which local models there are, what each is configured with, and why one cannot be had."""

import os
from pathlib import Path

import pytest

from chat.local import supervisor
from chat.local.models import SHIPPED, check_file, list_models, read_setting
from chat.local.process import NO_RUNTIME
from chat.local.states import Loading, LocalModelError, Off, Unavailable
from chat.local.supervisor import LocalModels, threads_for_each, usable_cores


def test_the_setting_names_files_by_comma_or_the_systems_separator() -> None:
    text = f" /a/one.gguf, /b/two.gguf{os.pathsep}three.gguf,"

    assert read_setting(text) == (Path("/a/one.gguf"), Path("/b/two.gguf"), Path("three.gguf"))


def test_the_setting_may_be_empty_or_off() -> None:
    assert read_setting("") == ()
    assert read_setting(" OFF ") is None


def test_every_file_gets_an_id_of_its_own_after_the_shipped_model() -> None:
    models = list_models([Path("/a/My Model.Q4.gguf"), Path("/b/my model.q4.gguf")])

    ids = [model.id for model in models]
    assert ids == [SHIPPED.id, "local/my-model.q4", "local/my-model.q4-2"]
    assert models[1].label == "My Model.Q4"


def test_models_that_are_off_are_not_there(tmp_path: Path) -> None:
    models = LocalModels([Path("x.gguf")], enabled=False, cache_dir=tmp_path)
    models.start()

    assert models.models() == ()
    assert isinstance(models.state(SHIPPED.id), Off)
    assert models.endpoint(SHIPPED.id) is None
    assert isinstance(models.wait_ready(SHIPPED.id, 0), Off)


def test_an_unknown_id_is_unavailable(tmp_path: Path) -> None:
    models = LocalModels([], enabled=True, cache_dir=tmp_path)

    assert isinstance(models.state("local/other"), Unavailable)
    assert models.endpoint("local/other") is None


def test_models_are_loading_until_they_are_started(tmp_path: Path) -> None:
    models = LocalModels([], enabled=True, cache_dir=tmp_path)

    assert models.state(SHIPPED.id) == Loading()
    assert models.endpoint(SHIPPED.id) is None


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError) as caught:
        check_file(tmp_path / "gone.gguf")

    assert str(caught.value) == "The model file gone.gguf does not exist."


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_text("hello")

    with pytest.raises(LocalModelError) as caught:
        check_file(file)

    assert str(caught.value) == "The model file notes.gguf is not in the GGUF format."


def test_a_folder_is_no_model_file(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError, match="cannot be read"):
        check_file(tmp_path)


def test_a_platform_without_the_runtime_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "has_runtime", lambda: False)
    models = LocalModels([], enabled=True, cache_dir=tmp_path)
    models.start()

    assert models.wait_ready(SHIPPED.id, 10) == Unavailable(NO_RUNTIME)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("cores", "servers", "threads"), [(1, 1, 1), (2, 1, 1), (2, 3, 1), (8, 1, 4), (8, 2, 2)]
)
def test_half_the_cores_are_shared_out(cores: int, servers: int, threads: int) -> None:
    assert threads_for_each(cores, servers) == threads


def test_a_containers_quota_limits_the_cores(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"

    quota.write_text("100000 100000\n")
    assert usable_cores(quota) == 1

    quota.write_text("max 100000\n")
    assert usable_cores(quota) == usable_cores(tmp_path / "no such file")
