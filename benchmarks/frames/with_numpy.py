"""By hand in NumPy, a whole array at a time, with what ``with_polars.py`` knows of this rule and these tables too.

Arrow reads the files, looks ids up and knows the clock; which values are missing stands beside them as another array.
"""

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tables import PACKAGES, ZONE

Array = np.ndarray[Any, Any]

ELITE = PACKAGES.index("elite")
OUTCOMES = ("granted", "needs_information", "denied")


@attrs.frozen
class Contracts:
    """The contracts as arrays; a start also as the numbers of its month and of the day from the first of it."""

    ids: pa.Array
    rank: Array
    start: Array
    until: Array
    month: Array
    day: Array

    @classmethod
    def read(cls, path: Path) -> "Contracts":
        table = pq.read_table(path, columns=["id", "package", "start", "until"])
        start = table["start"].to_numpy()
        rank = pc.index_in(table["package"], pa.array(PACKAGES)).to_numpy()
        return cls(table["id"].combine_chunks(), rank, start, table["until"].to_numpy(), *month_and_day(start))

    def numbers(self, ids: pa.ChunkedArray) -> Array:
        """Where the contract of each id stands."""
        numbers: Array = pc.index_in(ids, self.ids).to_numpy()
        return numbers

    def year(self, contract: Array, day: Array) -> Array:
        """Seen from the day after, whose date needs no exception: a start on 29 February has 28 February otherwise."""
        month, day_of_month = month_and_day(day + 1)
        years: Array = (month - self.month[contract] - (day_of_month <= self.day[contract])) // 12
        return years


def decide(folder: Path) -> pa.Table:
    """The id, the outcome and both masks of every request."""
    contracts = Contracts.read(folder / "contracts.parquet")
    requests = pq.read_table(folder / "requests.parquet")
    ids, contract = requests["weekend.id"], contracts.numbers(requests["contract.id"])
    saturday, no_saturday = known(requests["weekend.saturday"])
    submitted, no_submission = known(local_day(requests["weekend.submitted_at"]))
    standard, no_standard = known(requests["weekend.products[].standard"])
    english, no_english = known(requests["weekend.accepts_english"])
    consulting, no_consulting = known(requests["weekend.implementation_consulting"])

    year = contracts.year(contract, saturday)
    used = used_by_another(folder / "bookings.parquet", contracts, ids, contract, saturday, year)
    # In the order of the rule file: which are met, and which are unknown.
    conditions = [
        (contracts.rank[contract] == ELITE, no_saturday),
        ((contracts.start[contract] <= saturday) & (saturday + 2 <= contracts.until[contract]), no_saturday),
        (year == contracts.year(contract, saturday + 1), no_saturday),
        (saturday - submitted >= np.timedelta64(14, "D"), no_saturday | no_submission),
        (~used, no_saturday),
        (standard, no_standard),
        (english, no_english),
        (~consulting, no_consulting),
    ]
    unmet = np.zeros(len(ids), np.uint8)
    unknown = np.zeros(len(ids), np.uint8)
    for bit, (met, missing) in enumerate(conditions):
        unmet |= (~met & ~missing).view(np.uint8) << bit
        unknown |= missing.view(np.uint8) << bit
    outcome = np.where(unmet != 0, np.int8(2), (unknown != 0).view(np.int8))
    names = pa.DictionaryArray.from_arrays(outcome, list(OUTCOMES))
    return pa.table({"weekend.id": ids, "outcome": names, "unmet": unmet, "unknown": unknown})


def used_by_another(
    path: Path, contracts: Contracts, ids: pa.ChunkedArray, contract: Array, saturday: Array, year: Array
) -> Array:
    """Of every request whether the weekend of its contract year is used by another."""
    bookings = pq.read_table(path)
    standing = bookings["cancelled_at"].is_null()
    late = pc.greater_equal(local_day(bookings["cancelled_at"]), bookings["saturday"])
    bookings = bookings.filter(pc.or_kleene(standing, late))
    standing, booked = bookings["cancelled_at"].is_null().to_numpy(), bookings["saturday"].to_numpy()
    booked_contract = contracts.numbers(bookings["contract_id"])
    booked_year = contracts.year(booked_contract, booked)

    # Every contract year with bookings has a place in one array, for the number of the last of them, or -1.
    least, most = booked_year.min(initial=0), booked_year.max(initial=0)
    years = most - least + 1
    place = booked_contract * years + (booked_year - least)
    last = np.full(len(contracts.ids) * years, -1, np.int32)
    last[place] = np.arange(len(place))
    booking = last[contract * years + np.clip(year, least, most) - least]
    used: Array = (booking >= 0) & (least <= year) & (year <= most)

    # Where they are all one request's own, this request may have it still; few ask, so that ids are seldom compared.
    owner = bookings["request_id"].combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
    of_last = last[place]
    own = standing & (owner >= 0) & (owner == owner[of_last]) & (booked == booked[of_last])
    shared = np.zeros(len(last), bool)
    shared[place[~own]] = True
    few = np.flatnonzero(used)
    few = few[booked[booking[few]] == saturday[few]]
    few = few[~shared[place[booking[few]]]]
    used[few] = pc.not_equal(ids.take(few), bookings["request_id"].take(booking[few])).to_numpy()
    return used


def month_and_day(days: Array) -> tuple[Array, Array]:
    """Numbers that count months, and days from the first of the month."""
    months = days.astype("datetime64[M]")
    return months.astype(np.int32), (days - months).astype(np.int32)


def known(values: pa.ChunkedArray) -> tuple[Array, Array]:
    """The values, with anything in the place of those that are missing; and which these are."""
    anything = False if pa.types.is_boolean(values.type) else 0
    return values.fill_null(anything).to_numpy(), values.is_null().to_numpy()


def local_day(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    local = pc.local_timestamp(moments.cast(pa.timestamp("us", ZONE)))
    return local.cast(pa.date32(), safe=False)
