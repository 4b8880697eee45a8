"""Bookings a second in a ledger on SQLite, by one process and by eight; against commits of SQLite that hold nothing."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import attrs
from situations import CONTRACT, WEEKEND

import xtreme_rules
from xtreme_rules.ledger.ledger import Ledger

BOOKINGS = 1_000
PROCESSES = 8

_start: Barrier
_rulebook: xtreme_rules.Rulebook


@attrs.frozen
class Run:
    """What one process did: how many were booked, when it began and ended, and its longest wait, in seconds."""

    booked: int
    began: float
    ended: float
    longest: float


def _begin(start: Barrier) -> None:
    global _start, _rulebook
    _start, _rulebook = start, xtreme_rules.load()
    _rulebook.decide_all()


def _book(path: Path, count: int, number: int) -> Run:
    """Book for contracts that nobody else asks for."""
    booked, longest = 0, 0.0
    with Ledger(path, rulebook=_rulebook) as ledger:
        _start.wait()
        began = last = perf_counter()
        for index in range(count):
            contract = attrs.evolve(CONTRACT, id=f"c-{number}-{index}")
            booked += ledger.book(contract, WEEKEND, at=WEEKEND.submitted_at).booking is not None
            now = perf_counter()
            longest, last = max(longest, now - last), now
    return Run(booked, began, last, longest)


def _commit(path: Path, count: int, number: int) -> Run:
    """Commit a row of nothing, with the same care for the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE empty (number INTEGER)")
    _start.wait()
    began = perf_counter()
    for index in range(count):
        connection.execute("INSERT INTO empty VALUES (?)", (index,))
    ended = perf_counter()
    connection.close()
    return Run(count, began, ended, 0.0)


def measured(act: Callable[[Path, int, int], Run], processes: int) -> tuple[int, float, float]:
    """How many of a thousand were booked and found again, how many a second, and the longest wait in milliseconds."""
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with context.Pool(processes, _begin, (context.Barrier(processes),)) as pool:
            runs = pool.map(partial(act, path, BOOKINGS // processes), range(processes), chunksize=1)
        kept = _kept(path) if act is _book else BOOKINGS
    took = max(run.ended for run in runs) - min(run.began for run in runs)
    return min(kept, sum(run.booked for run in runs)), BOOKINGS / took, 1000 * max(run.longest for run in runs)


def _kept(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM ledger_bookings")
    connection.close()
    return int(count)


def main() -> None:
    """Print a line a contender."""
    print(f"\n{f'{BOOKINGS:,} bookings on SQLite':<36}  kept   a second  longest wait ms")
    contenders = {"commits of SQLite, one process": (_commit, 1), "xtreme-rules, one process": (_book, 1)}
    contenders[f"xtreme-rules, {PROCESSES} processes"] = (_book, PROCESSES)
    for name, (act, processes) in contenders.items():
        kept, rate, longest = measured(act, processes)
        print(f"{name:<36}  {kept:>4}  {rate:>9.0f}  {longest:>15.1f}")


if __name__ == "__main__":
    main()
