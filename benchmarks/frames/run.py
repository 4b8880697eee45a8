"""Measure decisions over whole tables: the library against the same rule by hand, and against peers.

``run.py [--json FILE]``. Prints a table a size, and then a line a budget. ``plot.py`` draws the file.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from math import log
from pathlib import Path
from platform import machine, python_version
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import check
import tables
from contenders import CONTENDERS, DUCKDB, OURS_ON_DUCKDB, OURS_ON_POLARS, POLARS, Contender

WARM_UP = 1_000
#: By rows.
ROUNDS = {10_000: 5, 100_000: 3, 1_000_000: 5, 10_000_000: 3}
WIDTH = max(map(len, CONTENDERS))
MEASURE = Path(__file__).with_name("measure.py")

#: By contender, one sample a round.
Samples = dict[str, list[float]]
Figures = list[dict[str, Any]]


def figures(contenders: dict[str, Contender], folder: Path) -> Iterator[dict[str, Any]]:
    """What was measured, each time in a fresh process: a round has every contender in turn, and begins with another."""
    _write(folder, WARM_UP)
    for rows, rounds in ROUNDS.items():
        _write(folder, rows)
        names = [name for name, contender in contenders.items() if rows <= contender.most_rows]
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                yield {"round": number} | _measured(name, folder / str(rows), folder / str(WARM_UP))


def _write(folder: Path, rows: int) -> None:
    (folder / str(rows)).mkdir()
    tables.write(folder / str(rows), rows)


def _measured(name: str, folder: Path, warm_up: Path) -> dict[str, Any]:
    command = [sys.executable, str(MEASURE), name, str(folder), str(warm_up)]
    line: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return line


def samples(measured: Figures, rows: int, of: str) -> Samples:
    """The seconds, those of the processors, or the MiB, at one size."""
    found: Samples = {}
    for figure in measured:
        if figure["rows"] == rows:
            found.setdefault(figure["contender"], []).append(figure[of])
    return found


def ratio(values: Samples, name: str, base: str) -> float:
    """The median, over the rounds, of the ratio within a round."""
    return median(a / b for a, b in zip(values[name], values[base], strict=True))


def print_table(measured: Figures, rows: int, fewer: int | None) -> None:
    """A line a contender.

    The seconds of all processors together say more where the machine is busy. The growth is the power of the rows with
    which the time grew since fewer of them.
    """
    seconds, processors, mib = (samples(measured, rows, of) for of in ("seconds", "processors", "mib"))
    before = {} if fewer is None else samples(measured, fewer, "seconds")
    heads = ["seconds", "rows a second", "processors", "MiB", f"x {POLARS}", "x its memory", f"x {DUCKDB}", "growth"]
    widths = [max(7, len(head)) for head in heads]

    def print_line(name: str, cells: list[str]) -> None:
        print(f"{name:<{WIDTH}}" + "".join(f"  {cell:>{width}}" for width, cell in zip(widths, cells, strict=True)))

    print()
    print_line(f"{rows:,} rows", heads)
    for name, times in seconds.items():
        took = median(times)
        cells = [
            f"{took:.3f}",
            f"{rows / took:,.0f}",
            f"{median(processors[name]):.3f}",
            f"{median(mib[name]):,.0f}",
            f"{ratio(seconds, name, POLARS):.2f}",
            f"{ratio(mib, name, POLARS):.2f}",
            f"{ratio(seconds, name, DUCKDB):.2f}",
            "" if fewer is None else f"{log(took / median(before[name]), rows / fewer):.2f}",
        ]
        print_line(name, cells)


def print_budgets(measured: Figures) -> None:
    """A line a budget of the design: what it asks, what was measured, and whether it is met."""
    print(f"\n{'budget':<52}  {'allowed':<14}  measured")
    for ours, base in ((OURS_ON_POLARS, POLARS), (OURS_ON_DUCKDB, DUCKDB)):
        for rows in (1_000_000, 10_000_000):
            speed = ratio(samples(measured, rows, "seconds"), base, ours)
            memory = ratio(samples(measured, rows, "mib"), ours, base)
            for what, value, least, met in (
                (f"speed of {base}", speed, "at least 0.7 x", speed >= 0.7),
                (f"memory of {base}", memory, "at most 2 x", memory <= 2),
            ):
                print(f"{f'{what}, {rows:,} rows':<52}  {least:<14}  {value:>8.2f}  {'met' if met else 'not met'}")


def main() -> None:
    """Check that all agree, measure, print."""
    parser = argparse.ArgumentParser(description="Measure decisions over whole tables.")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    path: Path | None = parser.parse_args().json
    contenders = check.agreeing(check.ROWS)
    print(f"Python {python_version()}, {machine()}")
    with TemporaryDirectory() as name:
        measured = list(figures(contenders, Path(name)))
    sizes = list(ROUNDS)
    for fewer, rows in zip([None, *sizes], sizes, strict=False):
        print_table(measured, rows, fewer)
    if OURS_ON_POLARS in contenders:
        print_budgets(measured)
    if path is not None:
        path.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
