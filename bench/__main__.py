"""`python -m bench NAME`: measures, prints a table, writes `bench/results/NAME.json`."""

import argparse
import signal
import sys
from collections.abc import Callable

from bench import resume, start, stop, ttft
from bench.machine import describe_machine
from bench.report import Report, as_table, write_json

BENCHES: dict[str, Callable[[int], Report]] = {
    "ttft": ttft.measure,
    "stop": stop.measure,
    "start": start.measure,
    "resume": resume.measure,
}
RUNS = {"ttft": 20, "stop": 20, "start": 5, "resume": 20}


def main(arguments: list[str] | None = None) -> int:
    """Runs one bench; 1 when it could not be measured, which a sentence explains."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--runs", type=int, help="how often; 20, and 5 for start, unless said")
    options = parser.parse_args(arguments)
    runs = RUNS[options.name] if options.runs is None else max(1, options.runs)
    # So that what was started is ended also when someone ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    machine = describe_machine()
    try:
        report = BENCHES[options.name](runs)
    except (RuntimeError, TimeoutError) as error:
        words = "\n".join([str(error), *getattr(error, "__notes__", [])])
        sys.stderr.write(f"{options.name} could not be measured: {words}\n")
        return 1
    print(as_table(report))
    print(f"\n{machine}")
    print(f"Written to {write_json(options.name, report, machine)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
