"""What is wrong with a table: said at once where it is wrong as a whole, and row by row where single rows are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from conftest import bundled
from hypothesis import given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.testing.pools import TIMEZONES

WEEKEND = "special-event-weekend"
CONTRACT_FIELDS = ("id", "package", "start", "until", "timezone", "holidays")
MOMENT = pl.Datetime("us", "UTC")
ROWS = pl.DataFrame(
    {
        "contract.id": ["C", "D"],
        "weekend.id": ["W", "X"],
        "weekend.saturday": [date(2026, 12, 12), date(2026, 6, 6)],
        "weekend.submitted_at": [datetime(2026, 11, 1, tzinfo=UTC), None],
        "weekend.accepts_english": [True, None],
        "weekend.implementation_consulting": [False, False],
        "weekend.products[].standard": [True, True],
    },
    schema_overrides={"weekend.submitted_at": MOMENT},
)
CONTRACTS = pl.DataFrame(
    {
        "id": ["C", "D"],
        "package": ["elite", "elite"],
        "start": [date(2026, 1, 1)] * 2,
        "until": [date(2029, 1, 1)] * 2,
        "timezone": ["Europe/Amsterdam"] * 2,
    }
)
BOOKINGS = pl.DataFrame(
    {
        "contract_id": ["D"],
        "saturday": [date(2026, 9, 5)],
        "status": ["booked"],
        "request_id": ["Y"],
        "cancelled_at": [None],
    },
    schema_overrides={"cancelled_at": MOMENT},
)
#: The same in one table.
WIDE = ROWS.join(CONTRACTS.rename(lambda name: f"contract.{name}"), on="contract.id", maintain_order="left")


def decide(frame: Any = ROWS, option: str = WEEKEND, **more: Any) -> Any:
    return bundled().decide_frame(frame, option, **more)


#: What is asked, and every line of the error.
REFUSED: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "no frame": (
        lambda: decide([1]),
        ["the frame: expected a data frame, got list; give one of polars, pandas, pyarrow, duckdb, pyspark, dask"],
    ),
    "a series": (
        lambda: decide(ROWS["contract.id"]),
        ["the frame: expected a data frame, got Series; give one of polars, pandas, pyarrow, duckdb, pyspark, dask"],
    ),
    "no such option": (
        lambda: decide(option="special-event"),
        ["unknown option `special-event`; did you mean `special-event-weekend`?"],
    ),
    "no such addition": (lambda: decide(add=["reason"]), ["unknown addition `reason`; did you mean `reasons`?"]),
    "no such language": (lambda: decide(lang="de"), ["unknown language `de`; choose from `en`, `nl`"]),
    "no such fact": (lambda: decide(booking=BOOKINGS), ["booking: unknown fact; did you mean `bookings`?"]),
    "no such path, no such column": (
        lambda: decide(columns={"weekend.saterday": "day", "weekend.saturday": "weekend.saterday"}),
        [
            "weekend.saterday: is no field of a fact; did you mean `weekend.saturday`?",
            "weekend.saterday: the frame has no column `day`; did you mean `weekend.saturday`?",
            "weekend.saturday: the frame has no column `weekend.saterday`; did you mean `weekend.saturday`?",
        ],
    ),
    "wrong types": (
        lambda: decide(
            ROWS.with_columns(
                pl.col("weekend.saturday").cast(pl.String),
                pl.col("weekend.submitted_at").dt.replace_time_zone(None),
                pl.col("weekend.accepts_english").cast(pl.Int8),
            ),
            contract=CONTRACTS.with_columns(pl.lit(5).alias("timezone")),
            bookings=BOOKINGS.rename({"saturday": "day"}).with_columns(saturday=pl.lit("2026-12-12")),
        ),
        [
            "weekend.saturday: the column is of type String; give a column of dates",
            "weekend.submitted_at: the column is of type Datetime(time_unit='us', time_zone=None); "
            "give a column of datetimes with a time zone, such as UTC",
            "weekend.accepts_english: the column is of type Int8; give a column of booleans; nulls are what is not known",
            "contract.timezone: the column is of type Int32; give a column of texts",
            "bookings.saturday: the column is of type String; give a column of dates",
        ],
    ),
    "no integers": (
        lambda: decide(
            pl.DataFrame({"how urgent": [1.0]}),
            "critical-incident-support",
            columns={"incident.severity": "how urgent"},
        ),
        [
            "incident.severity: the column `how urgent` is of type Float64; "
            "give a column of integers; nulls are what is not known"
        ],
    ),
    "values of several types": (
        lambda: decide(ROWS.to_pandas().assign(**{"weekend.accepts_english": [True, "yes"]})),
        [
            "the frame: column `weekend.accepts_english`: its values are not all of one type: "
            "Could not convert 'yes' with type str: tried to convert to boolean"
        ],
    ),
    "several libraries": (
        lambda: decide(contract=CONTRACTS.to_arrow()),
        ["contract: is a frame of pyarrow, yet the rows are one of polars; give frames of one library"],
    ),
    "nothing to look up by": (
        lambda: decide(ROWS.drop("contract.id"), contract=CONTRACTS),
        [
            "contract.id: the frame has no such column, by which `contract` is looked up; "
            'name it with `columns={"contract.id": ...}`'
        ],
    ),
    "nothing to be looked up by": (
        lambda: decide(
            contract=CONTRACTS.rename({"id": "ident"}), bookings=BOOKINGS.rename({"contract_id": "contract"})
        ),
        [
            "contract: the table has no column `id`, by which it is looked up; "
            "choose from `ident`, `package`, `start`, `timezone`, `until`",
            "bookings: the table has no column `contract_id`, by which it is looked up; did you mean `contract`?",
        ],
    ),
    "given twice": (
        lambda: decide(weekend=xr.WeekendRequest(id="W")),
        ["weekend: is given for every row, yet the frame has the column `weekend.id`; leave one of them out"],
    ),
    "of an unknown package": (
        lambda: decide(ROWS.drop("contract.id"), contract=xr.Contract(id="C", package="gold")),
        ["contract.package: unknown package `gold`; choose from `elite`, `premium`, `xtreme`"],
    ),
    "answered already": (
        lambda: decide(decide()),
        ["the frame: the frame has columns `outcome`, `unmet`, `unknown`, `problem` already; rename or drop them"],
    ),
    "lazy, and the zones are not known": (
        lambda: decide(ROWS.lazy(), contract=CONTRACTS.lazy(), bookings=BOOKINGS.lazy()),
        [
            "contract.timezone: of a lazy frame, nothing is read before the answer is; say which values occur; "
            'give `values={"contract.timezone": [...]}`, and those of no other are marked'
        ],
    ),
    "values that cannot be": (
        lambda: decide(
            values={"contract.timezone": ["Europe/Amsterdm"], "contract.holidays": "NL", "contract.package": []}
        ),
        [
            "contract.timezone: unknown time zone `Europe/Amsterdm`; did you mean `Europe/Amsterdam`?",
            'contract.holidays: expected a list of texts, got `NL`; give `["NL"]`',
            "contract.package: no values of this are asked for; did you mean `contract.timezone`?",
        ],
    ),
    "a summary of what is not decided": (
        lambda: bundled().summary(ROWS, WEEKEND),
        [
            "the frame: has no column `problem`; "
            "give what `decide_all_frame` gave, or what `decide_frame` gave and its option"
        ],
    ),
    "another package, unknown": (
        lambda: bundled().what_if(ROWS, package="gold"),
        ["unknown package `gold`; choose from `elite`, `premium`, `xtreme`"],
    ),
    "another package, of no contract": (
        lambda: bundled().what_if(ROWS.drop("contract.id"), package="elite"),
        ["contract.id: the rows name no contract; give a column with its id"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_as_a_whole_is_said_at_once(name: str) -> None:
    """Every problem, each with its place and what to do."""
    ask, lines = REFUSED[name]
    with pytest.raises(xr.XtremeRulesError) as error:
        ask()
    assert str(error.value).splitlines() == lines


#: What is changed in the rows or a table, and the problems of both rows then.
MARKED: dict[str, tuple[Callable[[], Any], list[str | None]]] = {
    "no Saturday": (
        lambda: decide(ROWS.with_columns(pl.Series("weekend.saturday", [date(2026, 12, 13), date(2026, 6, 6)]))),
        ["weekend.saturday: is no Saturday; a weekend is named by its Saturday", None],
    ),
    "out of range": (
        lambda: decide(ROWS.with_columns(pl.Series("weekend.saturday", [date(3500, 1, 6), None], pl.Date))),
        ["weekend.saturday: `3500-01-06` is out of range; use a day from 1900-01-01 to 2999-12-31", None],
    ),
    "a day with a time of day": (
        lambda: decide(
            ROWS.with_columns(pl.Series("weekend.saturday", [datetime(2026, 12, 12), datetime(2026, 6, 6, 0, 0, 1)]))
        ),
        [None, "weekend.saturday: `2026-06-06 00:00:01.000000` has a time of day; give the day alone"],
    ),
    "an unknown package, an unknown zone": (
        lambda: decide(
            contract=CONTRACTS.with_columns(package=pl.Series(["gold", "elite"]), timezone=pl.Series(["UTC", "Mars"]))
        ),
        [
            "contract.package: unknown package `gold`; declared are `xtreme`, `premium`, `elite`",
            "contract.timezone: `Mars` is none that is known",
        ],
    ),
    "several at once": (
        lambda: decide(
            ROWS.with_columns(pl.Series("weekend.saturday", [date(2026, 12, 13), date(2026, 6, 6)])),
            contract=CONTRACTS.with_columns(until=pl.Series([date(2025, 1, 1), date(2029, 1, 1)])),
        ),
        [
            "weekend.saturday: is no Saturday; a weekend is named by its Saturday; "
            "contract.until: is not after start; it is the first day no longer covered",
            None,
        ],
    ),
    "a contract that is there twice": (
        lambda: decide(contract=pl.concat([CONTRACTS, CONTRACTS.head(1)])),
        ["contract.id: `C` is there more than once in the table `contract`", None],
    ),
    "a lazy contract that is there twice": (
        lambda: (
            decide(
                ROWS.lazy(),
                contract=pl.concat([CONTRACTS, CONTRACTS.head(1)]).lazy(),
                values={"contract.timezone": ["Europe/Amsterdam"]},
            )
            .collect()
            .sort("weekend.id")
        ),
        ["contract.id: `C` is there more than once in the table `contract`", None],
    ),
    "a zone that was not said": (
        lambda: decide(ROWS.lazy(), contract=CONTRACTS.lazy(), values={"contract.timezone": ["UTC"]}).collect(),
        ["contract.timezone: `Europe/Amsterdam` is not among the `values` given for `contract.timezone`"] * 2,
    ),
    "a booking that cannot be": (
        lambda: decide(contract=CONTRACTS, bookings=BOOKINGS.with_columns(status=pl.lit("cancelled"))),
        [None, "bookings.cancelled_at: must be given for a cancelled booking"],
    ),
    "a booking that cannot be, without a table of contracts": (
        lambda: decide(WIDE, bookings=BOOKINGS.with_columns(status=pl.lit("gone"))),
        [None, "bookings.status: `gone` is not one of `booked`, `cancelled`"],
    ),
    "an empty text": (
        lambda: decide(WIDE.with_columns(pl.Series("contract.id", ["", "D"])), bookings=BOOKINGS),
        ["contract.id: `` is empty; leave it out if it is not known", None],
    ),
}


@pytest.mark.parametrize("name", MARKED)
def test_rows_that_cannot_be_are_marked_and_the_rest_is_decided(name: str) -> None:
    """A row with a problem has no answer, any other has one."""
    ask, problems = MARKED[name]
    found = ask()
    assert found["problem"].to_list() == problems
    for column in ("outcome", "unmet", "unknown"):
        assert found[column].is_null().to_list() == [problem is not None for problem in problems]


@st.composite
def loose(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of a contract, a request and a booking that may be impossible, each by itself or together."""
    days = st.dates(date(2025, 12, 20), date(2026, 1, 10))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "package": draw(st.sampled_from([*bundled().rules.packages, "gold"])),
        "start": draw(days),
        "until": draw(days),
        "timezone": draw(st.sampled_from([*TIMEZONES, "Nowhere"])),
        "saturday": draw(days),
        "booked": draw(days),
        "status": draw(st.sampled_from(["booked", "cancelled", "gone"])),
        "cancelled_at": draw(st.sampled_from([None, moment])),
    }


def possible(fields: dict[str, Any]) -> bool:
    """Whether facts can be made of some fields that the rulebook takes."""
    try:
        contract = xr.Contract(id="C", **{name: fields[name] for name in ("package", "start", "until", "timezone")})
        weekend = xr.WeekendRequest(id="W", saturday=fields["saturday"])
        booking = xr.Booking(
            id="B",
            contract_id="C",
            saturday=fields["booked"],
            status=fields["status"],
            cancelled_at=fields["cancelled_at"],
        )
        bundled().decide(WEEKEND, contract=contract, weekend=weekend, bookings=[booking])
    except xr.FactError:
        return False
    return True


@settings(max_examples=40)
@given(st.lists(loose(), min_size=1, max_size=20))
def test_a_row_is_marked_exactly_if_its_facts_are_refused(rows: list[dict[str, Any]]) -> None:
    """What a fact class refuses, a table marks, and nothing else."""
    ids = [f"C{number}" for number in range(len(rows))]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    cancelled = pa.array(columns["cancelled_at"], pa.timestamp("us", "UTC"))
    frame = pa.table(
        {
            "contract.id": ids,
            **{f"contract.{name}": columns[name] for name in ("package", "start", "until", "timezone")},
            "weekend.id": ids,
            "weekend.saturday": columns["saturday"],
            "weekend.submitted_at": pa.array([datetime(2025, 1, 1, tzinfo=UTC)] * len(rows), pa.timestamp("us", "UTC")),
        }
    )
    bookings = pa.table(
        {"contract_id": ids, "saturday": columns["booked"], "status": columns["status"], "cancelled_at": cancelled}
    )
    found = decide(frame, bookings=bookings)
    assert [problem is None for problem in found["problem"].to_pylist()] == list(map(possible, rows))


def test_no_days_between_are_needed() -> None:
    """A Saturday is told by its number, in every week of a century."""
    days = [date(1950, 1, 1) + timedelta(days=number) for number in range(36_525)]
    found = decide(pa.table({"weekend.saturday": days}))
    assert [problem is None for problem in found["problem"].to_pylist()] == [day.weekday() == 5 for day in days]


def test_unknown_public_holidays_are_a_problem_where_they_matter() -> None:
    """In the hours of a country whose public holidays are not known for the day, as when one row is decided."""
    days = [
        date(1965, 12, 31),
        date(1966, 1, 3),
        date(1990, 12, 31),
        date(1991, 1, 2),
        date(2100, 12, 31),
        date(2101, 1, 3),
    ]
    asked = [(place, day, hour) for place in ("NL", "DE", None) for day in days for hour in (10, 22)]
    contracts = {
        place: xr.Contract(
            id=str(place),
            package="elite",
            start=date(1960, 1, 1),
            until=date(2900, 1, 1),
            timezone="Europe/Amsterdam",
            holidays=place,
        )
        for place in ("NL", "DE", None)
    }
    found = decide(
        pa.table(
            {
                "contract.id": [str(place) for place, _, _ in asked],
                "at": pa.array([datetime(d.year, d.month, d.day, hour, tzinfo=UTC) for _, d, hour in asked]),
            }
        ),
        "phone-support",
        contract=pa.table({name: [getattr(c, name) for c in contracts.values()] for name in CONTRACT_FIELDS}),
    ).to_pylist()
    for row, (place, _, _) in zip(found, asked, strict=True):
        if row["problem"] is None:
            decision = bundled().decide("phone-support", contract=contracts[place], at=row["at"])
            assert row["outcome"] == decision.outcome.value
        else:
            with pytest.raises(xr.FactError, match=f"^{row['problem']}, not for {row['at'].year}; "):
                bundled().decide("phone-support", contract=contracts[place], at=row["at"])
            assert row["outcome"] is None
    assert {row["outcome"] for row in found} == {None, "granted", "denied"}
