"""Check that every contender agrees, row by row, with the library's decisions one by one: ``check.py [ROWS]``."""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import tables
from contenders import CONTENDERS, Contender

from xtreme_rules import Booking, Component, Contract, Decision, WeekendRequest, load

ROWS = 20_000
COLUMNS = {"weekend.id": pl.String, "outcome": pl.String, "unmet": pl.Int64, "unknown": pl.Int64}

Row = dict[str, Any]


def agreeing(rows: int) -> dict[str, Contender]:
    """The contenders that are installed, each of which was seen to agree on so many requests."""
    found: dict[str, Contender] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        tables.write(folder, rows)
        right = expected(folder)
        for contender, how in CONTENDERS.items():
            try:
                decide = how.decide()
            except ImportError as error:
                print(f"{contender} is not measured: {error}")
                continue
            _compare(contender, right, decided(decide(folder)))
            found[contender] = how
    print(f"{len(found)} contenders agree with decisions one by one on {rows:,} requests: {_counts(right)}")
    return found


def expected(folder: Path) -> pl.DataFrame:
    """Of every request its outcome and masks, decided one by one."""
    rulebook = load()
    contracts = {row["id"]: Contract(**row) for row in _rows(folder, "contracts")}
    bookings = defaultdict(list)
    for number, row in enumerate(_rows(folder, "bookings")):
        bookings[row["contract_id"]].append(Booking(id=f"b-{number}", **row))
    rows = []
    for row in _rows(folder, "requests"):
        contract = contracts[row["contract.id"]]
        decision = rulebook.decide(
            "special-event-weekend", contract=contract, weekend=_request(row), bookings=bookings[contract.id]
        )
        rows.append((row["weekend.id"], decision.outcome.value, *_masks(decision)))
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").sort("weekend.id")


def decided(result: Any) -> pl.DataFrame:
    """The result of a contender, in the order and the types in which results are compared."""
    table = pl.DataFrame(result)
    return table.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()).sort("weekend.id")


def _compare(contender: str, right: pl.DataFrame, given: pl.DataFrame) -> None:
    if given.equals(right):
        return
    both = right.join(given, on="weekend.id", how="full", suffix=f" of {contender}")
    differing = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} of {contender}")) for name in COLUMNS)
    raise SystemExit(f"{contender} disagrees:\n{both.filter(differing)}")


def _counts(right: pl.DataFrame) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(Counter(right["outcome"]).items()))


def _masks(decision: Decision) -> tuple[int, int]:
    """Which conditions are unmet and which unknown, the first of the rule file in the lowest bit."""
    names = [reason.condition for reason in decision.conditions]
    unmet = sum(1 << names.index(name) for name in decision.unmet)
    return unmet, sum(1 << names.index(name) for name in decision.unknown)


def _rows(folder: Path, table: str) -> list[Row]:
    rows: list[Row] = pq.read_table(folder / f"{table}.parquet").to_pylist()
    return rows


def _request(row: Row) -> WeekendRequest:
    facts = {path.removeprefix("weekend."): value for path, value in row.items() if path.startswith("weekend.")}
    return WeekendRequest(products=(Component(id="product", standard=facts.pop("products[].standard")),), **facts)


if __name__ == "__main__":
    agreeing(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
