"""The three tables that every contender decides, as Parquet files: contracts, requests, and bookings.

Made chunk by chunk from a seed, so that ten million requests take little memory, and with the days that are easily got
wrong in plenty: starts on 29 February, weekends across an anniversary, submissions and cancellations within hours of a
local midnight, half of them on the stroke or a microsecond before, and such midnights around a change of the clock.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: The names of the files, as contenders take them.
TABLES = ("contracts", "requests", "bookings")

ZONE = "Europe/Amsterdam"
PACKAGES = ("xtreme", "premium", "elite")

SEED = 2026
CHUNK = 1_000_000
ROW_GROUP = 131_072
UNKNOWN = 0.03

Array = np.ndarray[Any, Any]
Random = np.random.Generator

FIRST_START = np.datetime64("2016-01-01")
LAST_START = np.datetime64("2026-01-01")
LEAP_DAYS = np.array(["2016-02-29", "2020-02-29", "2024-02-29"], "datetime64[D]")
LATE_DAYS = np.array([f"{year}-{day}" for year in range(2015, 2034) for day in ("03-31", "10-31")], "datetime64[D]")
#: The last Sundays of March and October.
CLOCK_CHANGES = LATE_DAYS - (LATE_DAYS.astype(int) - 3) % 7

MOMENT = pa.timestamp("us", "UTC")
CONTRACTS = pa.schema(
    {"id": pa.string(), "package": pa.string(), "start": pa.date32(), "until": pa.date32(), "timezone": pa.string()}
)
REQUESTS = pa.schema(
    {
        "weekend.id": pa.string(),
        "contract.id": pa.string(),
        "weekend.saturday": pa.date32(),
        "weekend.submitted_at": MOMENT,
        "weekend.products[].standard": pa.bool_(),
        "weekend.accepts_english": pa.bool_(),
        "weekend.implementation_consulting": pa.bool_(),
    }
)
BOOKINGS = pa.schema(
    {
        "contract_id": pa.string(),
        "saturday": pa.date32(),
        "status": pa.string(),
        "request_id": pa.string(),
        "cancelled_at": MOMENT,
    }
)


def write(folder: Path, rows: int) -> None:
    """Write ``contracts.parquet``, ``requests.parquet`` and ``bookings.parquet`` for so many requests."""
    rng = np.random.default_rng(SEED)
    start, until = _periods(rng, max(1, rows // 10))
    with pq.ParquetWriter(folder / "contracts.parquet", CONTRACTS) as contracts:
        contracts.write_table(_contracts(rng, start, until), row_group_size=ROW_GROUP)
    with (
        pq.ParquetWriter(folder / "requests.parquet", REQUESTS) as requests,
        pq.ParquetWriter(folder / "bookings.parquet", BOOKINGS) as bookings,
    ):
        for first in range(0, rows, CHUNK):
            asked, booked = _chunk(rng, start, until, first, min(CHUNK, rows - first))
            requests.write_table(asked, row_group_size=ROW_GROUP)
            bookings.write_table(booked, row_group_size=ROW_GROUP)


def _periods(rng: Random, count: int) -> tuple[Array, Array]:
    """The first day of each contract and the day after its last, one to five years later."""
    start = FIRST_START + rng.integers(0, (LAST_START - FIRST_START).astype(int), count)
    start = np.where(rng.random(count) < 0.03, rng.choice(LEAP_DAYS, count), start)
    return start, _anniversary(start, rng.integers(1, 6, count))


def _contracts(rng: Random, start: Array, until: Array) -> pa.Table:
    count = len(start)
    package = pa.DictionaryArray.from_arrays(rng.choice(3, count, p=(0.02, 0.04, 0.94)), list(PACKAGES))
    zone = pa.repeat(ZONE, count)
    return pa.table([_names("c", np.arange(count)), package.cast(pa.string()), start, until, zone], schema=CONTRACTS)


def _chunk(rng: Random, start: Array, until: Array, first: int, count: int) -> tuple[pa.Table, pa.Table]:
    """Some of the requests, and one and a half times as many bookings as a tenth of them, as there are contracts."""
    contract = rng.integers(0, len(start), count)
    saturday = _saturdays(rng, start[contract], until[contract])
    at_a_change = rng.random(count) < 0.02
    saturday = np.where(at_a_change, rng.choice(CLOCK_CHANGES, count) + 13, saturday)
    late = rng.random(count) < 0.08
    day = saturday - np.where(late, rng.integers(-3, 14, count), rng.integers(14, 120, count))
    submitted = day.astype("datetime64[us]") + rng.integers(0, 86_400_000_000, count)
    at_midnight = at_a_change | (rng.random(count) < 0.1)
    submitted = np.where(at_midnight, _around_midnight(rng, saturday - 13), submitted)
    requests = pa.table(
        [
            _names("w", np.arange(first, first + count)),
            _names("c", contract),
            _with_unknowns(rng, saturday),
            _with_unknowns(rng, submitted),
            _with_unknowns(rng, rng.random(count) < 0.95),
            _with_unknowns(rng, rng.random(count) < 0.95),
            _with_unknowns(rng, rng.random(count) < 0.05),
        ],
        schema=REQUESTS,
    )

    # For a request, some of them twice or a week off; beside such a one, for nobody or another request; and anywhere.
    own = rng.integers(0, count, count // 20)
    own = np.where(rng.random(len(own)) < 0.2, np.roll(own, 1), own)
    week_off = np.where(rng.random(len(own)) < 0.15, rng.choice([-7, 7], len(own)), 0)
    beside = own[: len(own) // 5]
    others = rng.integers(0, len(start), count // 10 - len(beside))
    anywhere = _saturdays(rng, start[others], until[others])
    of = np.concatenate([contract[own], contract[beside], others])
    booked = np.concatenate([saturday[own] + week_off, saturday[beside], anywhere])
    request = np.concatenate([own, rng.integers(0, count, len(of) - len(own))])
    for_nobody = (np.arange(len(of)) >= len(own)) & (rng.random(len(of)) < 0.5)
    cancelled = rng.random(len(of)) < 0.35
    moment = booked.astype("datetime64[us]") + rng.integers(-60 * 86_400_000_000, 3 * 86_400_000_000, len(of))
    moment = np.where(rng.random(len(of)) < 0.5, _around_midnight(rng, booked), moment)
    bookings = pa.table(
        [
            _names("c", of),
            booked,
            pc.if_else(pa.array(cancelled), "cancelled", "booked"),
            pc.if_else(pa.array(for_nobody), pa.scalar(None, pa.string()), _names("w", first + request)),
            pa.array(moment, MOMENT, mask=~cancelled),
        ],
        schema=BOOKINGS,
    )
    return requests, bookings


def _saturdays(rng: Random, start: Array, until: Array) -> Array:
    """Saturdays in the contracts and a little outside, a fifth of them just before a new contract year."""
    count = len(start)
    length = (until - start).astype(int)
    day = start + (rng.uniform(-0.03, 1.03, count) * length).astype(int)
    eve = _anniversary(start, rng.integers(1, length // 365 + 1)) - 1
    day = np.where(rng.random(count) < 0.2, eve, day)
    return day - (day.astype(int) - 2) % 7


def _anniversary(start: Array, years: Array) -> Array:
    """So many years later; 1 March for 29 February in common years, as these days need not be exact."""
    month = start.astype("datetime64[M]")
    return (month + 12 * years).astype("datetime64[D]") + (start - month.astype("datetime64[D]"))


def _around_midnight(rng: Random, day: Array) -> Array:
    """A whole half-hour, or a microsecond before it, from three hours before the day begins in UTC to an hour after."""
    half_hours = rng.integers(-6, 3, len(day))
    return day.astype("datetime64[us]") + half_hours * 1_800_000_000 - rng.integers(0, 2, len(day))


def _with_unknowns(rng: Random, values: Array) -> pa.Array:
    return pa.array(values, mask=rng.random(len(values)) < UNKNOWN)


def _names(letter: str, numbers: Array) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise(letter, digits, "-")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write(target, int(sys.argv[2]))
