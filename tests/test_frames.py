"""Whole tables at once: on every library, each row gets the answer that the reference engine gives on its facts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import attrs
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from conftest import bundled, harbour
from frames import LIBRARIES, Library, engines, parameters
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tables import ARROW, ROW, Situation, Tables, apart, batches
from test_cases import BUNDLED_CASES, HARBOUR_DAYS

import xtreme_rules as xr
from xtreme_rules.cases import read_cases
from xtreme_rules.coverage.layout import new_year, steady
from xtreme_rules.engines import ENGINES
from xtreme_rules.engines.frame.days import number
from xtreme_rules.engines.frame.given import Given, Table
from xtreme_rules.engines.frame.libraries import Polars
from xtreme_rules.engines.frame.places import TIMEZONE, Places
from xtreme_rules.engines.frame.plan import Plan
from xtreme_rules.engines.frame.sources import Sources
from xtreme_rules.engines.frame.terms import FORMS
from xtreme_rules.engines.frame.zones import microseconds
from xtreme_rules.language.parse import parse_condition
from xtreme_rules.language.tree import Node, reads
from xtreme_rules.rulebook.model import RuleSet, without_indices
from xtreme_rules.testing import conditions, forgotten, situations

REFERENCE = bundled("reference")
RULES = REFERENCE.rules
WEEKEND = "special-event-weekend"
MASKS = ("unmet", "unknown")


def asked_again(facts: Situation) -> Situation:
    """The same facts, but the weekend that is asked for was booked, for this very request."""
    contract, weekend = facts.get("contract"), facts.get("weekend")
    if contract is None or weekend is None or weekend.saturday is None:
        return facts
    booking = {"id": "own", "contract_id": contract.id, "request_id": weekend.id, "saturday": weekend.saturday}
    return {**facts, "bookings": (*facts.get("bookings", ()), xr.Booking(**booking, status="booked"))}


#: Whatever may be known, and what is known in the cases of the rulebook with some of it forgotten.
FACTS = st.one_of(
    situations(),
    situations().map(asked_again),
    st.sampled_from(BUNDLED_CASES).flatmap(lambda case: forgotten(case.facts)),
)


def on(libraries: Sequence[Library]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("library", parameters(libraries), indirect=True)


everywhere = on(LIBRARIES)
each = on([library for library in LIBRARIES if not library.slow])
each_eager = on([library for library in LIBRARIES if not library.lazy])
each_quick = on([library for library in LIBRARIES if library.quick])


@pytest.fixture(scope="session", autouse=True)
def running() -> Iterator[None]:
    """Engines that were started are stopped in the end."""
    with engines():
        yield


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest) -> Library:
    """Each library in turn, if it is there."""
    found: Library = request.param
    if found.lacks:
        pytest.skip(found.lacks)
    return found


def drawn(strategy: SearchStrategy[Any], count: int) -> list[Any]:
    """As many values as that: more of them than one example can hold."""
    values: list[Any] = []

    @settings(max_examples=count, database=None, phases=[Phase.generate])
    @given(strategy)
    def collect(value: Any) -> None:
        values.append(value)

    collect()
    return values


@cache
def large() -> tuple[Tables, ...]:
    """Hundreds of situations, of which each three have one contract, as tables."""
    return tuple(batches(RULES.schema, apart(drawn(FACTS, 200), share=3)))


def some(library: Library, booked: bool = True) -> tuple[Tables, ...]:
    """Those tables; for a lazy library, which plans anew for each, that in which the bookings are known, or are not."""
    return tuple(tables for tables in large() if ("bookings" in tables.lists) == booked or not library.lazy)


def pair(rules: RuleSet) -> tuple[xr.Rulebook, xr.Rulebook]:
    """A rulebook, and the same with the reference engine."""
    return xr.Rulebook(rules, ENGINES["compiled"]), xr.Rulebook(rules, ENGINES["reference"])


def only(*options: str) -> tuple[xr.Rulebook, xr.Rulebook]:
    """Some options of the bundled rulebook, and the same with the reference engine."""
    return pair(attrs.evolve(RULES, entitlements={option: RULES.entitlements[option] for option in options}))


ALL = bundled(), REFERENCE
#: Among them they read every kind of column, table and list.
FEW = only(WEEKEND, "critical-incident-support", "how-to")
#: What is planned soonest.
LEAST = only("critical-incident-support", "phone-support")
#: What reads incidents and questions.
ASKED = only("critical-incident-support", "how-to")


def plan(library: Library, few: tuple[xr.Rulebook, xr.Rulebook] = FEW) -> tuple[xr.Rulebook, xr.Rulebook]:
    """What a law is shown on that does not depend on the option: every option, or few if the library is not quick."""
    return ALL if library.quick else few


# Asking, and what the answer must be


def decided(
    ask: Callable[..., Any], library: Library, rows: pa.Table, columns: Mapping[str, str] | None = None, **facts: Any
) -> pa.Table:
    """What a rulebook answers on frames of a library, as an Arrow table in the order of the rows."""
    return library.table(answered(ask, library, rows, columns, **facts))


def answered(
    ask: Callable[..., Any], library: Library, rows: pa.Table, columns: Mapping[str, str] | None = None, **facts: Any
) -> Any:
    """The same as a frame of the library."""
    frames = {name: library.frame(value) if isinstance(value, pa.Table) else value for name, value in facts.items()}
    told = occurring(rows, columns or {}, facts.get("contract")) if library.lazy else None
    return ask(library.frame(rows), columns=columns, values=told, **frames)


def occurring(rows: pa.Table, columns: Mapping[str, str], contract: Any) -> dict[str, list[str]]:
    """The values in the columns of which a lazy frame must be told, be they in the rows or in a table of contracts."""
    found = {}
    for name in ("timezone", "holidays"):
        path = f"contract.{name}"
        table, column = (contract, name) if isinstance(contract, pa.Table) else (rows, columns.get(path, path))
        if column in table.column_names:
            found[path] = table[column].drop_null().unique().to_pylist()
    return found


def one(rulebook: xr.Rulebook, option: str) -> Callable[..., Any]:
    return lambda frame, **given: rulebook.decide_frame(frame, option, **given)


def added(table: pa.Table, rows: pa.Table) -> list[dict[str, Any]]:
    """What an answer adds to each of the rows."""
    answers: list[dict[str, Any]] = table.drop_columns(rows.column_names).to_pylist()
    return answers


def said(decision: xr.Decision) -> dict[str, Any]:
    """A decision as the columns that say it."""
    truths = [reason.truth for reason in decision.conditions]
    masks = {kind: sum((truth == kind) << bit for bit, truth in enumerate(truths)) for kind in MASKS}
    return {"outcome": decision.outcome.value, **masks}


def expected(reference: xr.Rulebook, facts: Situation) -> dict[str, Any]:
    """The columns that decide_all_frame adds, as the reference engine decides."""
    decisions = reference.decide_all(**facts).items()
    answers = {f"{option}.{name}": value for option, decision in decisions for name, value in said(decision).items()}
    return {**answers, "problem": None}


def check(table: pa.Table, rows: pa.Table, facts: Sequence[Situation], reference: xr.Rulebook = REFERENCE) -> None:
    """Every row has the answers of the reference engine on its facts."""
    for answers, known in zip(added(table, rows), facts, strict=True):
        assert answers == expected(reference, known), known


# Every row has the answer of the reference engine


@each_quick
@settings(max_examples=10)
@given(st.lists(FACTS, max_size=20), st.integers(1, 3))
def test_every_row_gets_its_answer(library: Library, rows: list[Situation], share: int) -> None:
    """On random facts with unknowns, every option of every row is as the reference decides it."""
    for tables in batches(RULES.schema, apart(rows, share)):
        check(decided(bundled().decide_all_frame, library, tables.rows, **tables.lists), tables.rows, tables.situations)


@everywhere
def test_every_row_of_a_large_table_gets_its_answer(library: Library) -> None:
    """So it is in every library, in tables of hundreds of rows, some of which have the same contract."""
    for tables in some(library):
        frame = answered(bundled().decide_all_frame, library, tables.rows, **tables.lists)
        if library.name == "pyspark":
            assert_all_is_sparks_own(frame)
        check(library.table(frame), tables.rows, tables.situations)


@everywhere
def test_deciding_one_option_is_deciding_it_among_all(library: Library) -> None:
    """decide_frame adds the answer of one option, under plain names; whether the bookings are known or not."""
    for tables in some(library, booked=False):
        for option in bundled().options if library.quick else [WEEKEND]:
            table = decided(one(bundled(), option), library, tables.rows, **tables.lists)
            for answer, facts in zip(added(table, tables.rows), tables.situations, strict=True):
                assert answer == {**said(REFERENCE.decide(option, **facts)), "problem": None}, facts


@each_eager
def test_every_case_gives_its_decision(library: Library) -> None:
    """The cases of the rulebook hold as the rows of tables too."""
    check_cases(library, bundled())


@each
@pytest.mark.parametrize("day", HARBOUR_DAYS, ids=str)
def test_every_case_of_another_plan_gives_its_decision(library: Library, day: date) -> None:
    """So do those of another rulebook."""
    check_cases(library, harbour(day))


def check_cases(library: Library, rulebook: xr.Rulebook) -> None:
    cases = read_cases(rulebook)[0]
    facts = apart([case.facts for case in cases])
    case_of = {id(known): case for known, case in zip(facts, cases, strict=True)}
    for tables in batches(rulebook.rules.schema, facts):
        table = decided(rulebook.decide_all_frame, library, tables.rows, **tables.lists)
        for answers, known in zip(added(table, tables.rows), tables.situations, strict=True):
            case = case_of[id(known)]
            conditions = rulebook.rules.entitlements[case.option].conditions
            unmet = [item.id for bit, item in enumerate(conditions) if answers[f"{case.option}.unmet"] >> bit & 1]
            assert answers[f"{case.option}.outcome"] == case.outcome.value, case.node
            assert sorted(unmet) == sorted(case.unmet), case.node


@cache
def calls() -> tuple[Tables, ...]:
    """Situations of the harbour, as tables."""
    rulebook = harbour(HARBOUR_DAYS[-1])
    return tuple(batches(rulebook.rules.schema, apart(drawn(situations(rulebook), 150), share=2)))


@each
def test_another_plan_answers_every_row(library: Library) -> None:
    """A rulebook with packages, calendars and a fact class of its own works by its rule files alone."""
    rulebook, reference = harbour(HARBOUR_DAYS[-1]), harbour(HARBOUR_DAYS[-1], "reference")
    for tables in calls():
        table = decided(rulebook.decide_all_frame, library, tables.rows, **tables.lists)
        check(table, tables.rows, tables.situations, reference)


def with_conditions(trees: Sequence[Node]) -> tuple[xr.Rulebook, xr.Rulebook]:
    """The bundled rulebook with one option of these conditions, and the same with the reference engine."""
    template = RULES.entitlements["how-to"]
    made = tuple(attrs.evolve(template.conditions[0], id=str(index), when=tree) for index, tree in enumerate(trees))
    rules = attrs.evolve(RULES, entitlements={"random": attrs.evolve(template, id="random", conditions=made)})
    return pair(rules)


#: Conditions with parts that are the same in every row, whatever the facts.
CONSTANT = (
    "3 != 1 + 2",
    "-1000 - -1000000000000000 in {0, 1}",
    "1 <= contract_year(contract.start + days(400))",
    "weekends_used(0 - 1000000000000000, 0, 0) < 1 + 1",
    "contract_year_start(contract.start + days(400)) == contract.start + days(365)",
    "contract_year_end(contract.start + days(400)) - contract.start == days(730)",
    "not (days(1) - days(2) < days(3)) or component.standard",
)


@each
def test_what_is_the_same_in_every_row_is_worked_out_too(library: Library) -> None:
    """Constants, and facts that are the same for all rows, are compared as anything else."""
    rulebook, reference = with_conditions([parse_condition(text, RULES.schema) for text in CONSTANT])
    contract = xr.Contract(id="C", start=date(2026, 1, 1), timezone="UTC")
    rows = pa.table({ROW: [0, 1, 2], "component.id": ["a", "b", "c"], "component.standard": [True, None, False]})
    known = [xr.Component(id=name, standard=flag) for name, flag in (("a", True), ("b", None), ("c", False))]
    facts = [{"contract": contract, "component": component} for component in known]
    check(decided(rulebook.decide_all_frame, library, rows, contract=contract), rows, facts, reference)


@each
def test_many_conditions_mean_what_the_reference_says(library: Library) -> None:
    """Random conditions over random facts have the truths of the reference engine, in every library."""
    within = parse_condition("at - incident.submitted_at < hours(40)", RULES.schema)
    rulebook, reference = with_conditions([within, *drawn(conditions(), 12 if library.lazy else 40)])
    for tables in some(library):
        table = decided(rulebook.decide_all_frame, library, tables.rows, **tables.lists)
        check(table, tables.rows, tables.situations, reference)


def test_clocks_are_those_of_python() -> None:
    """Around every change of a clock, in many zones: the wall clock of a moment, and the moment a day begins."""
    zones = sorted(available_timezones())[::8]
    rows = []
    for index, zone in enumerate(zones):
        for start, _ in islice(steady(ZoneInfo(zone), new_year(1970), new_year(2040)), 1, None):
            for seconds in (-50_000, -3_600, -1, 0, 3_599, 50_000):
                moment = start + timedelta(seconds=seconds)
                local = moment.astimezone(ZoneInfo(zone))
                begins = datetime.combine(local.date(), time(), ZoneInfo(zone))
                rows.append(
                    (index, *map(microseconds, (moment, local.replace(tzinfo=UTC), begins)), number(local.date()))
                )
    names = ("zone", "moment", "local", "begins", "day")
    frame = nw.from_native(pl.LazyFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row"))
    asked = Given(Polars(True), Table(frame, {TIMEZONE: "zone"}, {}), {}, {}, {TIMEZONE: zones}, range(1969, 2042))
    places, plan = Places(Sources(RULES.schema, asked, ())), Plan(asked.library)
    found = [
        places.local(plan, nw.col("zone"), nw.col("moment"), "moment").alias("local"),
        places.midnight(plan, nw.col("zone"), nw.col("day"), "day").alias("begins"),
    ]
    assert plan.built(frame).select(*found).collect().rows() == [(local, begins) for _, _, local, begins, _ in rows]


@each_quick
def test_contract_years_run_from_one_century_into_the_next(library: Library) -> None:
    """Years are counted on from the start, whatever the first two digits."""
    rulebook, reference = with_conditions([parse_condition("contract_year(weekend.saturday) == 1", RULES.schema)])
    contract, weekend = (
        xr.Contract(id="c", start=date(1999, 6, 1)),
        xr.WeekendRequest(id="w", saturday=date(2000, 6, 3)),
    )
    facts = [{"contract": contract, "weekend": weekend}]
    assert reference.decide("random", **facts[0]).granted
    for tables in batches(RULES.schema, apart(facts)):
        check(decided(rulebook.decide_all_frame, library, tables.rows), tables.rows, tables.situations, reference)


# The same facts, given in other ways


@each
def test_contracts_are_looked_up_in_their_own_table(library: Library) -> None:
    """With the contracts in another table, found by their id, every answer is as with all columns in one."""
    rulebook, reference = plan(library)
    for tables in some(library):
        rows, found = tables.looked_up("contract")
        table = decided(rulebook.decide_all_frame, library, rows, contract=found, **tables.lists)
        check(table, rows, tables.situations, reference)


@each
def test_a_column_that_is_absent_is_unknown(library: Library) -> None:
    """Leaving out columns is as having nulls in all of their rows, and no list as an empty one, but for bookings."""
    rulebook, _ = plan(library)
    for first, tables in enumerate(some(library)):
        paths = [name for name in tables.rows.column_names if name != ROW and not name.endswith("id")]
        booked = {name: table for name, table in tables.lists.items() if name == "bookings"}
        empty = {name: table.slice(0, 0) for name, table in tables.lists.items() if name not in booked}
        absent = nulls = tables.rows.drop_columns(paths[first::2])
        for path in paths[first::2]:
            nulls = nulls.append_column(path, pa.nulls(len(nulls), tables.rows.schema.field(path).type))
        one = decided(rulebook.decide_all_frame, library, absent, **booked)
        other = decided(rulebook.decide_all_frame, library, nulls, **booked, **empty)
        assert added(one, absent) == added(other, nulls)


#: Each term of the vocabulary that is worked out from facts.
TERMS = (
    "contract_year_start(day_of(at)) == contract.start",
    "contract_year_end(day_of(at)) <= contract.until",
    "weekends_used(contract_year(weekend.saturday), 0, 1) < 1",
    "weekend_booked(weekend.saturday)",
    "all_standard(weekend.products)",
    "at in coverage_of(package_on(day_of(at)))",
)


@each_quick
def test_whatever_a_term_reads_may_be_absent(library: Library) -> None:
    """A term over a column that is left out is unknown where it is unknown over one of nulls."""
    trees = [parse_condition(text, RULES.schema) for text in TERMS]
    (rulebook, _), tables = with_conditions(trees), some(library)[0]
    paths = {path for tree in trees for path in reads(tree) if not path.endswith(".id")}
    for path in sorted(paths & {*tables.rows.column_names}):
        absent = tables.rows.drop_columns([path])
        nulls = absent.append_column(path, pa.nulls(len(absent), tables.rows.schema.field(path).type))
        one = decided(rulebook.decide_all_frame, library, absent, **tables.lists)
        other = decided(rulebook.decide_all_frame, library, nulls, **tables.lists)
        assert added(one, absent) == added(other, nulls)


@each
def test_nothing_known_is_unknown_throughout(library: Library) -> None:
    """A table that speaks of no fact at all gets, in every row, what deciding without facts gives."""
    rows, (rulebook, reference) = pa.table({ROW: [0, 1]}), plan(library, LEAST)
    check(decided(rulebook.decide_all_frame, library, rows), rows, [{}, {}], reference)


@each
def test_columns_may_have_other_names(library: Library) -> None:
    """``columns`` says which column holds which path, whatever it is called: like another path, too."""
    columns = {
        "contract.id": "Contract no. (°)",
        "contract.package": "Package",
        "contract.start": 'the "first" day',
        "contract.timezone": "time zone",
        "incident.severity": "severity.of.it",
        "weekend.saturday": "at",
        "at": "a`t",
    }
    rulebook, reference = plan(library)
    for tables in some(library, booked=False):
        rows = tables.rows.rename_columns([columns.get(name, name) for name in tables.rows.column_names])
        table = decided(rulebook.decide_all_frame, library, rows, columns, **tables.lists)
        check(table, rows, tables.situations, reference)


@each
def test_a_fact_may_be_the_same_for_all_rows(library: Library) -> None:
    """A fact object, in the place of columns and lists, is that fact of every row."""
    constant = drawn(situations(unknowns=False), 20)[-1]
    for tables in some(library):
        for few, names in ((FEW, ["contract", "weekend"]), (ASKED, ["incident", "question", "at"])):
            rulebook, reference = plan(library, few)
            same = {name: constant[name] for name in names}
            facts = [{**known, **same} for known in tables.situations]
            for known in facts:
                known |= {"bookings": known["bookings"] + constant["bookings"]} if "bookings" in known else {}
            (together,) = batches(RULES.schema, facts)
            rows = together.rows.drop_columns(columns_of(together.rows, names))
            lists = {name: table for name, table in together.lists.items() if not columns_of(table, names)}
            check(decided(rulebook.decide_all_frame, library, rows, **same, **lists), rows, facts, reference)


@each_quick
@pytest.mark.parametrize("leap_anniversary", [28, 29])
def test_contract_years_from_a_leap_day_begin_and_end_by_convention(library: Library, leap_anniversary: int) -> None:
    """In leap years and in others they are those of deciding, day by day about their anniversaries."""
    texts = [f"contract_year_{bound}(day_of(at)) == contract.until" for bound in ("start", "end")]
    _, reference = with_conditions([parse_condition(text, RULES.schema) for text in texts])
    context = attrs.evolve(RULES.meaning.context, leap_anniversary=leap_anniversary)
    rulebook, reference = pair(attrs.evolve(reference.rules, meaning=attrs.evolve(RULES.meaning, context=context)))
    days = [
        day for year in (2023, 2024, 2025, 2028) for day in (date(year, 2, 27), date(year, 2, 28), date(year, 3, 1))
    ]
    facts = [
        {
            "contract": xr.Contract(id="C", start=start, until=until, timezone="UTC"),
            "at": datetime.combine(day, time(), UTC),
        }
        for start in (date(2000, 2, 29), date(2020, 2, 29), date(2019, 2, 28))
        for day in days
        for until in (*days, date(2024, 2, 29), date(2028, 2, 29), date(2026, 2, 28), date(2029, 3, 1))
    ]
    for tables in batches(RULES.schema, facts):
        check(decided(rulebook.decide_all_frame, library, tables.rows), tables.rows, tables.situations, reference)


@each_quick
def test_a_term_that_columns_cannot_say_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to do; before anything is worked out."""
    rulebook, _ = with_conditions([parse_condition("weekend_booked(day_of(at))", RULES.schema)])
    monkeypatch.delitem(FORMS, "weekend_booked")
    rows = library.frame(pa.table({ROW: [0], "contract.id": ["C"]}))
    with pytest.raises(xr.FactError) as error:
        rulebook.decide_all_frame(rows, values={"contract.timezone": ["UTC"]} if library.lazy else None)
    assert str(error.value) == (
        "weekend_booked(day_of(at)): `weekend_booked` has no form for columns; decide such rows one at a time"
    )


def columns_of(table: pa.Table, names: Sequence[str]) -> list[str]:
    """The columns of a table that belong to the facts of some names."""
    return [column for column in table.column_names if column.split(".")[0] in names]


@each
def test_a_weekend_of_one_product_needs_no_table_of_products(library: Library) -> None:
    """The one product of a request may stand in the row of the request."""
    rulebook, reference = plan(library)
    for tables in some(library, booked=False):
        facts = [{**known, "weekend": with_first_product(known.get("weekend"))} for known in tables.situations]
        (together,) = batches(RULES.schema, facts)
        weekends = [known["weekend"] for known in facts]
        standard = [weekend.products[0].standard if weekend and weekend.products else None for weekend in weekends]
        rows = together.rows.append_column("weekend.products[].standard", pa.array(standard, pa.bool_()))
        lists = {name: table for name, table in together.lists.items() if name != "products"}
        check(decided(rulebook.decide_all_frame, library, rows, **lists), rows, facts, reference)


@each
def test_a_list_may_say_nothing_but_what_is_in_it(library: Library) -> None:
    """A column of a list in which nothing is known is as one that is not there, and so is a list without items."""
    for known in [[{"products": [xr.Component(id="p")]}, {}], [{}]]:
        facts = [{"weekend": xr.WeekendRequest(id=str(row), **more)} for row, more in enumerate(known)]
        (tables,) = batches(RULES.schema, facts)
        check(decided(bundled().decide_all_frame, library, tables.rows, **tables.lists), tables.rows, facts)


def with_first_product(weekend: xr.WeekendRequest | None) -> xr.WeekendRequest | None:
    return weekend and attrs.evolve(weekend, products=weekend.products and weekend.products[:1])


#: Types that a table may come with instead: of other units and zones, smaller, larger, encoded.
OTHERS = {
    ARROW["moment"]: [pa.timestamp("us", "Asia/Kolkata"), pa.timestamp("ns", "America/New_York")],
    ARROW["text"]: [pa.large_string(), pa.dictionary(pa.int32(), pa.string())],
    ARROW["integer"]: [pa.int8(), pa.int32()],
}


@each_eager
@pytest.mark.parametrize("other", [0, 1])
def test_it_does_not_matter_how_a_column_is_kept(library: Library, other: int) -> None:
    """Moments in any zone and unit, texts that are encoded and integers of any size are what they say."""
    rulebook, reference = plan(library)
    for tables in some(library):
        kept = {field.name: OTHERS.get(field.type, [field.type] * 2)[other] for field in tables.rows.schema}
        rows = tables.rows.cast(pa.schema({**kept, ROW: pa.int64()}))
        check(decided(rulebook.decide_all_frame, library, rows, **tables.lists), rows, tables.situations, reference)


# What a frame keeps


@everywhere
def test_what_was_there_stays(library: Library) -> None:
    """Every column of a frame comes back as it was, then what is added, in a frame of the same kind."""
    rulebook, _ = plan(library, LEAST)
    for tables in some(library):
        frame, before = library.frame(tables.rows), library.table(library.frame(tables.rows))
        lists = {name: library.frame(table) for name, table in tables.lists.items()}
        told = occurring(tables.rows, {}, None) if library.lazy else None
        for ask, names in (
            (one(rulebook, "phone-support"), ["outcome", *MASKS, "problem"]),
            (rulebook.decide_all_frame, [*expected(rulebook, {})]),
        ):
            result = ask(frame, values=told, **lists)
            assert type(result) is type(frame)
            table = library.table(result)
            assert table.column_names == [*before.column_names, *names]
            assert table.select(before.column_names).equals(before)
            for name in names:
                kind = table.schema.field(name).type
                if name.endswith(MASKS):
                    assert pa.types.is_integer(kind), name
                else:
                    assert pa.types.is_string(kind) or pa.types.is_large_string(kind), name


@each
def test_a_table_without_rows_stays_without(library: Library) -> None:
    """No rows, no answers, but the columns for them."""
    rulebook, _ = plan(library, LEAST)
    for tables in some(library):
        rows = tables.rows.slice(0, 0)
        table = decided(rulebook.decide_all_frame, library, rows, **tables.lists)
        assert table.num_rows == 0
        assert table.column_names == [*rows.column_names, *expected(rulebook, {})]


@each_eager
def test_rows_keep_their_order(library: Library) -> None:
    """An eager frame keeps the order of its rows, whatever it is."""
    for tables in some(library):
        order = sorted(range(len(tables.rows)), key=lambda row: row * 7919 % 1009)
        lists = {name: library.frame(table) for name, table in tables.lists.items()}
        result = bundled().decide_all_frame(library.frame(tables.rows.take(order)), **lists)
        assert library.arrow(result)[ROW].to_pylist() == order


@on([library for library in LIBRARIES if library.name.startswith("pandas")])
def test_a_pandas_frame_keeps_its_index(library: Library) -> None:
    """The index of the frame is that of the result, with labels that stand twice too."""
    for tables in some(library):
        frame = library.frame(tables.rows)
        frame.index = [f"label {row // 2}" for row in range(len(frame))][::-1]
        lists = {name: library.frame(table) for name, table in tables.lists.items()}
        result = bundled().decide_frame(frame, WEEKEND, **lists)
        assert result.index.equals(frame.index)
        assert result[ROW].equals(frame[ROW])


# Rows that no facts could be


#: By the column that is wrong, what it holds.
WRONG = {
    "contract.package": "gold",
    "incident.severity": 9,
    "question.topic": "weather",
    "weekend.saturday": date(2026, 12, 11),
}


@each
def test_rows_that_are_wrong_have_a_problem_and_no_answer(library: Library) -> None:
    """A row that holds what no fact can be names the column, has no answer, and leaves the others as they are."""
    rulebook, reference = plan(library)
    for tables in some(library, booked=False):
        rows, wrong = tables.rows, dict[int, str]()
        for first, (path, value) in enumerate(WRONG.items()):
            wrong |= dict.fromkeys(range(first, len(rows), 20), path)
            column = [value if wrong.get(row) == path else known for row, known in enumerate(rows[path].to_pylist())]
            index = rows.column_names.index(path)
            rows = rows.set_column(index, path, pa.array(column, rows.schema.field(path).type))
        table = decided(rulebook.decide_all_frame, library, rows, **tables.lists)
        for row, (answers, facts) in enumerate(zip(added(table, rows), tables.situations, strict=True)):
            if row in wrong:
                assert wrong[row] in answers.pop("problem")
                assert set(answers.values()) == {None}
            else:
                assert answers == expected(reference, facts), facts


#: By the list that they are in, items that no fact can have.
WRONG_ITEMS: list[tuple[str, list[dict[str, Any]]]] = [
    ("bookings", [{"saturday": date(2027, 6, 4), "status": "booked"}]),
    ("bookings", [{"saturday": None, "status": "booked"}]),
    ("bookings", [{"saturday": date(2027, 6, 5), "status": None}]),
    ("bookings", [{"saturday": date(2027, 6, 5), "status": "lost"}]),
    ("bookings", [{"saturday": date(2027, 6, 5), "status": "cancelled", "cancelled_at": None}]),
    ("package_changes", [{"day": date(2027, 6, 5), "package": "gold"}]),
    ("package_changes", [{"day": None, "package": "elite"}]),
    ("package_changes", [{"day": date(2027, 6, 5), "package": "elite"}] * 2),
]


@each_quick
@pytest.mark.parametrize("looked_up", [False, True], ids=["in the rows", "in a table"])
@pytest.mark.parametrize(("name", "items"), WRONG_ITEMS)
def test_a_wrong_item_is_a_problem_of_its_contract(
    library: Library, name: str, items: list[dict[str, Any]], looked_up: bool
) -> None:
    """Rows of a contract with a booking or a change that cannot be have a problem; those of others are decided."""
    granted = next(case for case in BUNDLED_CASES if case.option == WEEKEND and case.outcome is xr.Outcome.GRANTED)
    facts = apart([granted.facts, granted.facts])
    (tables,) = batches(RULES.schema, facts)
    link = {"id": "wrong", "contract_id": facts[0]["contract"].id, "contract.id": facts[0]["contract"].id}
    table = tables.lists[name]
    wrong = pa.Table.from_pylist([*table.to_pylist(), *({**link, **item} for item in items)], table.schema)
    rows, more = tables.rows, {**tables.lists, name: wrong}
    if looked_up:
        rows, more["contract"] = tables.looked_up("contract")
    result = decided(one(bundled(), WEEKEND), library, rows, **more)
    first, second = added(result, rows)
    assert first.pop("problem") is not None
    assert set(first.values()) == {None}
    assert second == {**said(REFERENCE.decide(WEEKEND, **facts[1])), "problem": None}


@pytest.mark.xdist_group("spark")
def test_spark_runs_no_function_of_python() -> None:
    """The plan that PySpark executes is all Spark's own, also for what can be added."""
    library = next(library for library in LIBRARIES if library.name == "pyspark")
    if library.lacks is not None:
        pytest.skip(library.lacks)
    (tables,) = some(library, booked=False)
    more: dict[str, Any] = {"add": ["reasons", "missing"], **tables.lists}
    assert_all_is_sparks_own(answered(one(bundled(), WEEKEND), library, tables.rows, **more))


def assert_all_is_sparks_own(found: Any) -> None:
    """There is nothing of Python in the plan of a frame of PySpark."""
    plan = found._jdf.queryExecution().executedPlan().toString()
    assert "Join" in plan
    assert not [line for line in plan.splitlines() if "Python" in line or "UDF" in line or "InArrow" in line]


# What can be added, and counts


@each
def test_what_is_missing_is_what_a_decision_misses(library: Library) -> None:
    """The same facts, though not which item of a list; and reasons exactly where the outcome is not granted."""
    for tables in some(library):
        for option in (WEEKEND, "how-to")[: 1 if library.lazy else 2]:
            ask = one(bundled(), option)
            more: dict[str, Any] = {"add": ["missing", "reasons"], **tables.lists}
            frames = {name: library.frame(value) for name, value in tables.lists.items()}
            told = occurring(tables.rows, {}, None) if library.lazy else None
            table = library.table(ask(library.frame(tables.rows), values=told, **{**more, **frames}))
            for answers, facts in zip(added(table, tables.rows), tables.situations, strict=True):
                decision = REFERENCE.decide(option, **facts)
                missing = set((answers["missing"] or "").split(", ")) - {""}
                assert missing == {without_indices(path) for path in decision.missing}, facts
                assert (answers["reasons"] is None) == decision.granted


@each_quick
def test_a_list_that_is_the_same_for_all_rows_is_not_missing(library: Library) -> None:
    """It is known of every row, though no table holds it."""
    same = drawn(situations(unknowns=False), 20)[-1]["bookings"]
    for tables in some(library):
        lists = {name: library.frame(value) for name, value in tables.lists.items() if name != "bookings"}
        ask = one(bundled(), WEEKEND)
        table = library.table(ask(library.frame(tables.rows), add=["missing"], bookings=same, **lists))
        for answers, facts in zip(added(table, tables.rows), tables.situations, strict=True):
            decision = REFERENCE.decide(WEEKEND, **{**facts, "bookings": same})
            missing = set((answers["missing"] or "").split(", ")) - {""}
            assert missing == {without_indices(path) for path in decision.missing}, facts


@each
def test_a_summary_counts_rows_by_outcome_and_reason(library: Library) -> None:
    """As counting in Python does."""
    rulebook, reference = plan(library, LEAST)
    for tables in some(library):
        lists = {name: library.frame(value) for name, value in tables.lists.items()}
        told = occurring(tables.rows, {}, None) if library.lazy else None
        found = rulebook.summary(rulebook.decide_all_frame(library.frame(tables.rows), values=told, **lists))
        counts: Counter[tuple[str, str, str | None]] = Counter()
        for facts in tables.situations:
            for option, decision in reference.decide_all(**facts).items():
                counts[option, decision.outcome.value, None] += 1
                deciding = decision.unmet or decision.unknown
                counts.update((option, decision.outcome.value, name) for name in deciding)
        rows = unordered(found).to_pylist()
        assert {(row["option"], row["outcome"], row["reason"]): row["rows"] for row in rows} == counts


@each
def test_another_package_is_another_one_throughout(library: Library) -> None:
    """What would be granted is what is granted to contracts that have the package, and never had another."""
    options = ("phone-support", "dedicated-csm") if library.lazy else (WEEKEND, "phone-support", "dedicated-csm")
    for tables in some(library):
        lists = {name: library.frame(value) for name, value in tables.lists.items()}
        told = occurring(tables.rows, {}, None) if library.lazy else None
        found = bundled().what_if(library.frame(tables.rows), *options, package="premium", values=told, **lists)
        counts: Counter[tuple[str | None, str, str]] = Counter()
        for facts in tables.situations:
            contract = facts.get("contract")
            there = None if contract is None else attrs.evolve(contract, package="premium", package_changes=())
            other = {**facts, "contract": there} if there is not None else facts
            for option in options:
                owner = None if contract is None else contract.id
                counts[owner, option, "granted"] += REFERENCE.decide(option, **facts).granted
                if contract is not None:
                    counts[owner, option, "would_be_granted"] += REFERENCE.decide(option, **other).granted
        for row in unordered(found).to_pylist():
            for name in ("granted", "would_be_granted"):
                if row["contract.id"] is not None:
                    assert row[name] == counts[row["contract.id"], row["option"], name], row


def unordered(found: Any) -> pa.Table:
    """A small frame of any library as an Arrow table."""
    if hasattr(found, "compute"):
        return pa.Table.from_pandas(found.compute(), preserve_index=False)
    return nw.from_native(found).lazy().collect("pyarrow").to_arrow()
