"""A server that is told to end while its answers are followed."""

import json
import socket
import subprocess

from bench.processes import free_port, run_app, wait_healthy
from bench.start import STREAMLIT_RUN

from .conftest import TOKEN

PATIENCE_S = 20
LONG = "sim/rate-10-len-100000-ttft-0"
PARTS = [{"type": "text", "text": "Hi"}]
QUESTION = json.dumps({"id": "c", "message": {"role": "user", "parts": PARTS}, "model": LONG})


def test_followers_are_told_and_keep_nobody_waiting() -> None:
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
    with run_app(command, {"API_TOKEN": TOKEN, "LOCAL_MODELS": "off"}) as process:
        wait_healthy(process, port)
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as stream:
            stream.sendall(request())
            seen = read_until(stream, b"text-delta")

            process.terminate()
            seen += read_until(stream, b"[DONE]")

        assert b'{"type":"error","errorText":"The server stopped before' in seen
        assert ends(process)


def request() -> bytes:
    head = f"POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
    return f"{head}Content-Length: {len(QUESTION)}\r\n\r\n{QUESTION}".encode()


def read_until(stream: socket.socket, mark: bytes) -> bytes:
    seen = b""
    while mark not in seen:
        piece = stream.recv(65536)
        assert piece, seen
        seen += piece
    return seen


def ends(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it ends by itself."""
    return process.wait(PATIENCE_S) is not None
