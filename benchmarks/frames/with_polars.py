"""By hand in polars, lazily, as a good engineer would write it for this rule and these tables.

What it knows and a general engine does not: contracts are complete, in one time zone, and never change package; one
weekend a year, so that it need not count. Joining on the number of a contract and not on its id, making a mask with
``when`` and not with arithmetic, and sorting at the end instead of joining in order, were each measured to be faster.
"""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from tables import ZONE

DAY = pl.duration(days=1)
SATURDAY = pl.col("weekend.saturday")


def decide(folder: Path) -> pl.DataFrame:
    """The id, the outcome and both masks of every request."""
    return _decided(folder).drop("row").collect()


def decide_in_order(folder: Path) -> pl.DataFrame:
    """The same, in the order of the requests."""
    return _decided(folder).sort("row").drop("row").collect()


def _decided(folder: Path) -> pl.LazyFrame:
    contracts = _contracts(pl.scan_parquet(folder / "contracts.parquet"))
    used = _used(pl.scan_parquet(folder / "bookings.parquet"), contracts)
    requests = (
        pl.scan_parquet(folder / "requests.parquet")
        .with_row_index("row")
        .join(contracts, left_on="contract.id", right_on="id", how="left")
        .with_columns(contract_year=_contract_year(SATURDAY))
        .join(used, on=["contract", "contract_year"], how="left")
    )
    return (
        requests.with_columns(condition.alias(str(index)) for index, condition in enumerate(_conditions()))
        .select("row", "weekend.id", unmet=_mask(lambda met: ~met), unknown=_mask(pl.Expr.is_null))
        .select("row", "weekend.id", _outcome().alias("outcome"), "unmet", "unknown")
    )


def _contracts(contracts: pl.LazyFrame) -> pl.LazyFrame:
    return contracts.with_row_index("contract").select(
        "contract",
        "id",
        "start",
        "until",
        elite=pl.col("package") == "elite",
        start_year=pl.col("start").dt.year(),
        start_day=_day_of_year(pl.col("start")),
    )


def _used(bookings: pl.LazyFrame, contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contract years with a booking that counts; if it is one request's own, all of them, then whose and when."""
    saturday, cancelled = pl.col("saturday"), pl.col("cancelled_at")
    own = pl.when(cancelled.is_null()).then("request_id")
    of_one = (own.min() == own.max()) & (own.null_count() == 0) & (saturday.min() == saturday.max())
    return (
        bookings.filter(cancelled.is_null() | (_local_day(cancelled) >= saturday))
        .join(contracts, left_on="contract_id", right_on="id")
        .group_by("contract", contract_year=_contract_year(saturday))
        .agg(used_on=saturday.min(), used_by=pl.when(of_one).then(own.min()))
    )


def _conditions() -> list[pl.Expr]:
    """In the order of the rule file."""
    own = pl.col("used_by").eq_missing(pl.col("weekend.id")) & (pl.col("used_on") == SATURDAY)
    return [
        pl.when(SATURDAY.is_not_null()).then("elite"),
        (pl.col("start") <= SATURDAY) & (pl.col("until") >= SATURDAY + 2 * DAY),
        pl.col("contract_year") == _contract_year(SATURDAY + DAY),
        SATURDAY - _local_day(pl.col("weekend.submitted_at")) >= 14 * DAY,
        pl.when(SATURDAY.is_not_null()).then(pl.col("used_on").is_null() | own),
        pl.col("weekend.products[].standard"),
        pl.col("weekend.accepts_english"),
        ~pl.col("weekend.implementation_consulting"),
    ]


def _contract_year(day: pl.Expr) -> pl.Expr:
    """Seen from the day after, whose date needs no exception: a start on 29 February has 28 February otherwise."""
    after = day + DAY
    not_yet = _day_of_year(after) <= pl.col("start_day")
    return after.dt.year() - pl.col("start_year") - not_yet.cast(pl.Int32)


def _day_of_year(day: pl.Expr) -> pl.Expr:
    """A number that orders days of a year, the same in leap years."""
    return day.dt.month().cast(pl.Int16) * 32 + day.dt.day()


def _local_day(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone(ZONE).dt.date()


def _mask(test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    nothing = pl.lit(0, pl.UInt8)
    return pl.sum_horizontal(
        pl.when(test(pl.col(str(index)))).then(pl.lit(1 << index, pl.UInt8)).otherwise(nothing) for index in range(8)
    )


def _outcome() -> pl.Expr:
    denied = pl.when(pl.col("unmet") != 0).then(pl.lit("denied"))
    return denied.when(pl.col("unknown") != 0).then(pl.lit("needs_information")).otherwise(pl.lit("granted"))
