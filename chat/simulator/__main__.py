"""`python -m chat.simulator --port 9000`: the simulator by itself, for the bench and by hand."""

import argparse
import sys
import threading

from chat.simulator.server import SimulatorServer


def run() -> None:
    """Serves until interrupted; the base URL is the first line printed."""
    parser = argparse.ArgumentParser(prog="chat.simulator", description="A simulated OpenRouter.")
    parser.add_argument("--port", type=int, default=9000, help="0 for any that is free")
    parser.add_argument("--any-key", action="store_true", help="take keys of any shape")
    options = parser.parse_args()
    server = SimulatorServer(options.port, any_key=options.any_key)
    sys.stdout.write(f"{server.start()}\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    run()
