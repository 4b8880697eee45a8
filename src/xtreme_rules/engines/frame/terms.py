"""The column form of each term of the vocabulary, where it has one.

A form gets what makes columns, and the values of the term's arguments; a value that it reads, or an argument, that is
null makes it null.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import narwhals as nw

from xtreme_rules.engines.frame.days import LEAP_DAY, day_at, ends_with_leap_day, weekday, year_of
from xtreme_rules.engines.frame.libraries import Frame
from xtreme_rules.engines.frame.places import DAY
from xtreme_rules.engines.frame.plan import Plan, quotient
from xtreme_rules.language.tree import Call, Path

if TYPE_CHECKING:
    from xtreme_rules.engines.frame.trees import Trees

Form = Callable[["Trees", Call, Sequence[nw.Expr]], nw.Expr | None]

#: Terms by name; one that is not here has no column form.
FORMS: dict[str, Form] = {}
_SATURDAY, _SUNDAY = 5, 6


def form(name: str) -> Callable[[Form], Form]:
    """Register the column form of a term."""

    def register(function: Form) -> Form:
        FORMS[name] = function
        return function

    return register


@form("day_of")
def day_of(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """The wall clock's day."""
    clock = trees.clock(call.arguments[0])
    return None if clock is None else quotient(clock, DAY)


@form("package_on")
def package_on(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """The package at the start, or the last that it was changed to by that day."""
    (day,), at_start = arguments, trees.sources.value("contract.package")
    if at_start is None:
        return None
    changes, contract = (
        trees.sources.items("contract.package_changes", ("day", "package")),
        trees.sources.value("contract.id"),
    )
    if changes is None or contract is None:
        return nw.when(~day.is_null()).then(at_start)
    packages = 2**10

    def last(frame: Frame) -> Frame:
        asked = frame.select(owner=contract, asked=day)
        before = asked.join(changes, on="owner", how="inner").filter(nw.col("day") <= nw.col("asked"))
        packed = before.select("owner", "asked", packed=nw.col("day") * packages + nw.col("package"))
        return packed.group_by("owner", "asked").agg(nw.col("packed").max())

    found = trees.plan.look_up(trees.key(call), {"owner": contract, "asked": day}, ["packed"], last)
    changed = found["packed"] % packages
    return nw.when(~at_start.is_null() & ~day.is_null()).then(
        nw.when(found["packed"].is_null()).then(at_start).otherwise(changed)
    )


class _Years:
    """Contract years, by the days of a plan."""

    def __init__(self, plan: Plan, leap_anniversary: int) -> None:
        self.plan = plan
        self.on_28 = leap_anniversary == 28

    def number(self, day: nw.Expr, key: str, start: nw.Expr, start_key: str) -> nw.Expr:
        """Which contract year a day lies in."""
        (year, ordinal), (first, at) = year_of(self.plan, day, key), year_of(self.plan, start, start_key)

        def years() -> nw.Expr:
            early = ordinal < at
            if self.on_28:
                early = early & ~((at == LEAP_DAY) & (ordinal == LEAP_DAY - 1) & ~ends_with_leap_day(year))
            return year - first - nw.when(early).then(nw.lit(1)).otherwise(nw.lit(0))

        return self.plan.column(f"contract year of {key} from {start_key}", years)

    def anniversary(self, start: nw.Expr, start_key: str, number: nw.Expr) -> nw.Expr:
        """The day on which a contract year begins."""
        first, at = year_of(self.plan, start, start_key)
        year = first + number
        if self.on_28:
            at = nw.when((at == LEAP_DAY) & ~ends_with_leap_day(year)).then(at - 1).otherwise(at)
        return day_at(year, at)


def _years(trees: "Trees") -> _Years:
    return _Years(trees.plan, trees.context.leap_anniversary)


def _contract_year(trees: "Trees", call: Call, day: nw.Expr) -> nw.Expr | None:
    start = trees.sources.value("contract.start")
    return None if start is None else _years(trees).number(day, trees.key(call.arguments[0]), start, "contract.start")


@form("contract_year")
def contract_year(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """The years from the start to the day."""
    return _contract_year(trees, call, arguments[0])


@form("contract_year_start")
def contract_year_start(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """The anniversary that begins the year."""
    number, start = _contract_year(trees, call, arguments[0]), trees.sources.value("contract.start")
    return None if number is None or start is None else _years(trees).anniversary(start, "contract.start", number)


@form("contract_year_end")
def contract_year_end(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """The anniversary that begins the year after."""
    number, start = _contract_year(trees, call, arguments[0]), trees.sources.value("contract.start")
    return None if number is None or start is None else _years(trees).anniversary(start, "contract.start", number + 1)


@form("all_standard")
def all_standard(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """False if one is not standard, else null if one is not known, else true; null where there are no items."""
    found = _standard_items(trees, call)
    if isinstance(found, dict):
        return nw.when(found["no"] > 0).then(nw.lit(False)).when(found["open"] == 0).then(nw.lit(True))
    return found


def _standard_items(trees: "Trees", call: Call) -> nw.Expr | dict[str, nw.Expr] | None:
    """Whether the one item is standard; or, of several, how many are not, and of how many it is not known."""
    path = call.arguments[0]
    if not isinstance(path, Path):
        raise AssertionError(path)
    single = f"{path.name}[].standard"
    if single in trees.sources.given.rows.columns:
        return trees.sources.value(single)
    items, owner = (
        trees.sources.items(path.name, ("standard",)),
        trees.sources.value(f"{path.name.partition('.')[0]}.id"),
    )
    if items is None or owner is None:
        return None
    flags = items.with_columns(
        no=nw.when(~nw.col("standard")).then(nw.lit(1)).otherwise(nw.lit(0)),
        open=nw.when(nw.col("standard").is_null()).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    counted = flags.group_by("owner").agg(nw.col("no").sum(), nw.col("open").sum())
    return trees.plan.look_up(trees.key(call), {"owner": owner}, ["no", "open"], lambda _: counted)


def _items_known(trees: "Trees", call: Call) -> nw.Expr:
    found = _standard_items(trees, call)
    return ~found["open"].is_null() if isinstance(found, dict) else nw.lit(found is not None)


#: Of a term over items, by name: whether a row has any.
KNOWN_ITEMS: dict[str, Callable[["Trees", Call], nw.Expr]] = {"all_standard": _items_known}


@form("weekends_used")
def weekends_used(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """Bookings are counted by contract year first, apart those cancelled in time; those of a request by themselves."""
    sources, (year, cancelled, own) = trees.sources, arguments
    bookings = sources.items("bookings", ("saturday", "status", "request_id", "cancelled_at"))
    asked = {path: sources.value(path) for path in ("contract.id", "weekend.id", "weekend.saturday", "contract.start")}
    zone = trees.places.zone
    if bookings is None or zone is None or any(value is None for value in asked.values()):
        return None
    contract, request, saturday, start = (value for value in asked.values() if value is not None)
    looked_up = sources.looked_up("contract", ("start", "timezone"))
    keys = {"owner": contract} if looked_up else {"owner": contract, "start": start, "zone": zone}

    def by_year(frame: Frame) -> Frame:
        plan, booked_for = Plan(trees.plan.library), nw.col("saturday")
        contracts = sources.lookups["contract"].rename({"id": "owner"}) if looked_up else frame.select(**keys).unique()
        begun_in = trees.places.place_of(nw.col("timezone")) if looked_up else nw.col("zone")
        begins = trees.places.midnight(plan, plan.column("zone", lambda: begun_in), booked_for, "booked")
        number = _Years(plan, trees.context.leap_anniversary).number(booked_for, "booked", nw.col("start"), "start")
        in_time = nw.when(nw.col("cancelled_at") < begins).then(nw.lit(1)).otherwise(nw.lit(0))
        counted = plan.built(contracts.join(bookings, on="owner", how="inner"))
        rows = counted.select(*keys, number.cast(nw.Int64).alias("year"), in_time.alias("in_time"))
        return rows.group_by(*keys, "year").agg(nw.len().alias("all"), nw.col("in_time").sum())

    found = trees.plan.look_up(
        f"weekends used in {trees.key(call.arguments[0])}",
        {**keys, "year": year.cast(nw.Int64)},
        ["all", "in_time"],
        by_year,
    )
    standing = bookings.filter((nw.col("status") == "booked") & ~nw.col("request_id").is_null())
    own_ones = standing.group_by("owner", "request_id", "saturday").agg(nw.len().alias("own"))
    its_own = trees.plan.look_up(
        "weekends of the request",
        {"owner": contract, "request_id": request, "saturday": saturday},
        ["own"],
        lambda _: own_ones,
    )["own"].fill_null(0)
    of_year = _years(trees).number(saturday, "weekend.saturday", start, "contract.start")
    count, in_time = found["all"].fill_null(0), found["in_time"].fill_null(0)
    its_own = nw.when(of_year == year).then(its_own).otherwise(nw.lit(0))
    used = count - in_time - its_own + in_time * cancelled + its_own * own
    known = reduce(and_, (~value.is_null() for value in (contract, request, saturday, start, zone, *arguments)))
    return nw.when(known).then(used)


@form("weekend_booked")
def weekend_booked(trees: "Trees", call: Call, arguments: Sequence[nw.Expr]) -> nw.Expr | None:
    """Whether a weekend booked for the contract has the day as its Saturday or its Sunday."""
    bookings, contract = trees.sources.items("bookings", ("saturday", "status")), trees.sources.value("contract.id")
    if bookings is None or contract is None:
        return None
    day = arguments[0]
    standing = bookings.filter(nw.col("status") == "booked").group_by("owner", "saturday").agg(nw.len().alias("booked"))

    saturday = nw.when(weekday(day) == _SUNDAY).then(day - 1).otherwise(day)
    found = trees.plan.look_up(
        trees.key(call), {"owner": contract, "saturday": saturday}, ["booked"], lambda _: standing
    )
    return nw.when(~day.is_null() & ~contract.is_null()).then(~found["booked"].is_null())
