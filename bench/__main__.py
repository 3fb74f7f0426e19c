"""`python -m bench NAME`: measures, prints a table, writes `bench/results/NAME.json`."""

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench import (
    chaos,
    compare,
    followers,
    history,
    load,
    metrics,
    picker,
    resume,
    soak,
    start,
    stop,
    stream,
    ttft,
)
from bench.machine import describe_machine
from bench.report import Report, as_table, write_json


@dataclass(frozen=True, slots=True)
class Bench:
    """One thing that can be measured.

    Attributes:
        measure: Measures it, as the options say.
        runs: How often, unless it is said.
        add_options: Says which options it has beside `--runs`.
    """

    measure: Callable[[argparse.Namespace], Report]
    runs: int = 1
    add_options: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


BENCHES = {
    "ttft": Bench(lambda options: ttft.measure(options.runs), 20),
    "stop": Bench(lambda options: stop.measure(options.runs), 20),
    "start": Bench(lambda options: start.measure(options.runs), 5),
    "resume": Bench(lambda options: resume.measure(options.runs), 20),
    "compare": Bench(lambda options: compare.measure(options.runs), 5),
    "picker": Bench(lambda options: picker.measure(options.runs), 20),
    "stream": Bench(stream.measure, 1, stream.add_options),
    "history": Bench(history.measure, 5, history.add_options),
    "followers": Bench(followers.measure, 1, followers.add_options),
    "soak": Bench(soak.measure, 1, soak.add_options),
    "load": Bench(load.measure, 1, load.add_options),
    "metrics": Bench(metrics.measure, 5, metrics.add_options),
    "chaos": Bench(chaos.measure, 1, chaos.add_options),
}


def main(arguments: list[str] | None = None) -> int:
    """Runs one bench; 1 when it could not be measured, which a sentence explains."""
    options = _parser().parse_args(arguments)
    options.runs = max(1, options.runs)
    # So that what was started is ended also when someone ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    machine = describe_machine()
    try:
        report = BENCHES[options.name].measure(options)
    except (RuntimeError, TimeoutError) as error:
        words = "\n".join([str(error), *getattr(error, "__notes__", [])])
        sys.stderr.write(f"{options.name} could not be measured: {words}\n")
        return 1
    print(as_table(report))
    print(f"\n{machine}")
    print(f"Written to {write_json(options.name, report, machine)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, bench in BENCHES.items():
        one = names.add_parser(name)
        one.add_argument("--runs", type=int, default=bench.runs, help="how often (%(default)s)")
        bench.add_options(one)
    return parser


if __name__ == "__main__":
    sys.exit(main())
