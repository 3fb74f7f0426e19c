"""Which local models there are: the shipped one and the operator's own files. Starts nothing."""

import os
import re
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from chat.local.states import LocalModel, LocalModelError

SHIPPED = LocalModel("local/smollm2-135m-instruct", "SmolLM2 135M (local demo)", None)
GGUF_MAGIC = b"GGUF"
"""https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""


def read_setting(text: str) -> tuple[Path, ...] | None:
    """The GGUF files that the setting LOCAL_MODELS names; None where it says "off".

    Args:
        text: Paths separated by commas or by the system's own separator; may be empty.
    """
    if text.strip().lower() == "off":
        return None
    parts = re.split(f"[,{re.escape(os.pathsep)}]", text)
    return tuple(Path(part.strip()).expanduser() for part in parts if part.strip())


def list_models(paths: Sequence[Path]) -> tuple[LocalModel, ...]:
    """The shipped model first, then one for each file, in order, each with an id of its own."""
    models = [SHIPPED]
    for path in paths:
        wanted = f"local/{'-'.join(path.stem.lower().split())}"
        taken = {model.id for model in models}
        ids = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        free = next(model_id for model_id in ids if model_id not in taken)
        models.append(LocalModel(free, path.stem, path))
    return tuple(models)


def check_file(path: Path) -> Path:
    """The path again, once it is known to be a model file.

    Raises:
        LocalModelError: it is not there, cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            is_gguf = file.read(len(GGUF_MAGIC)) == GGUF_MAGIC
    except FileNotFoundError as error:
        raise LocalModelError(f"The model file {path.name} does not exist.") from error
    except OSError as error:
        raise LocalModelError(f"The model file {path.name} cannot be read.") from error
    if not is_gguf:
        raise LocalModelError(f"The model file {path.name} is not in the GGUF format.")
    return path
