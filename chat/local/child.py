"""The program that runs one model: llama.cpp's own HTTP server, on loopback, until stdin ends.

It stands alone (no import of ours), and the outside library is only ever loaded here: inside
the app it would hold the interpreter lock while loading and take the app down with it when it
crashes. Configuration comes as one JSON line on stdin, the port or an error goes out likewise.
"""

import importlib
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

SLOTS = 4
REPEAT_WINDOW_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class ChildConfig:
    """What the child is told.

    Attributes:
        slot_tokens: Context of each answer that runs at a time, prompt included.
        max_tokens: Upper limit of an answer whose request names none.
        repeat_penalty: Default of a request that names none; 1.0 is none.
        api_key: What requests must bring.
        is_talkative: Whether llama.cpp says on stderr what it does.
    """

    model_id: str
    path: str
    threads: int
    slot_tokens: int
    max_tokens: int
    repeat_penalty: float
    api_key: str = field(repr=False)
    is_talkative: bool = False


def main() -> None:
    """Serves until stdin ends, which it does however the parent dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    report_fd = os.dup(1)
    os.dup2(2, 1)  # whatever the library prints is no report
    line = sys.stdin.readline()
    if not line:
        os._exit(0)
    try:
        runtime = importlib.import_module("xllamacpp")
        # The name keeps the server alive: deleting it can freeze the process for half a minute.
        server = runtime.Server(_params(runtime, ChildConfig(**json.loads(line))))
        report = {"port": urlsplit(server.listening_address).port}
    except (ImportError, RuntimeError) as error:
        os.write(report_fd, json.dumps({"error": _kind(error)}).encode() + b"\n")
        os._exit(1)
    os.write(report_fd, json.dumps(report).encode() + b"\n")
    sys.stdin.read()
    os._exit(0)  # an orderly exit while an answer streams is a segmentation fault


def _kind(error: Exception) -> str:
    return "runtime" if isinstance(error, ImportError) else "load"


def _params(runtime: ModuleType, config: ChildConfig) -> Any:
    params = runtime.CommonParams()
    params.model.path = config.path
    params.model_alias = {config.model_id}
    params.n_predict = config.max_tokens
    _share_out(params, runtime, config)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config.api_key]
    params.ui = False
    params.verbosity = 3 if config.is_talkative else -1
    params.sampling.penalty_repeat = config.repeat_penalty
    params.sampling.penalty_last_n = REPEAT_WINDOW_TOKENS
    return params


def _share_out(params: Any, runtime: ModuleType, config: ChildConfig) -> None:
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * config.slot_tokens
    params.kv_unified = False  # a shared pool makes all answers fail together when it fills
    params.n_batch = params.n_ubatch = 256  # more, and one long prompt holds up everybody
    params.cache_ram_mib = 256
    params.cache_type_k = params.cache_type_v = runtime.ggml_type.GGML_TYPE_Q8_0
    params.cpuparams.n_threads = config.threads
    params.cpuparams_batch.n_threads = config.threads


if __name__ == "__main__":
    main()
