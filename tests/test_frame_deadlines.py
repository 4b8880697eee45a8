"""Deadlines and keys of whole tables: each row has the standing, the deadline and the key that triage gives it alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import attrs
import pyarrow as pa
import pytest
from conftest import bundled, harbour, harbour_facts
from desk import CONTRACT, DAY, MINUTE, incident, local, pauses
from desks import desk_situations
from frames import LIBRARIES, Library
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tables import Situation, Tables, apart, batches
from test_frames import drawn
from test_when import PLACES, day_conditions, hours_conditions

import xtreme_rules as xr
from xtreme_rules.engines import ENGINES
from xtreme_rules.engines.frame import trees_over
from xtreme_rules.engines.frame.days import EPOCH
from xtreme_rules.frames.arrays import worked_out
from xtreme_rules.frames.asking import asked
from xtreme_rules.frames.deadlines import deadlines
from xtreme_rules.frames.turning import FORMS, turns
from xtreme_rules.language.moments import turning_days
from xtreme_rules.language.parse import parse, parse_condition
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.tree import Node
from xtreme_rules.rulebook.service import RESPOND_BY
from xtreme_rules.testing import own_facts, situations
from xtreme_rules.triage.ticket import Ticket

RULES = bundled().rules
TABLE = RULES.response_times
assert TABLE is not None
ARROW = next(library for library in LIBRARIES if library.name == "pyarrow")
#: The last days of the years whose public holidays are known, and the first of those whose are not.
LAST_KNOWN = tuple((zone, date(2100, 12, 31)) for zone in ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata"))


def without_nothing(facts: Situation) -> Situation:
    """A situation without the facts that are not known."""
    return {name: value for name, value in facts.items() if value is not None}


def desks(rulebook: xr.Rulebook | None = None) -> SearchStrategy[Situation]:
    """What a desk is asked about, with unknowns and without, also where wall clocks change about midnight."""
    return st.one_of(
        desk_situations(rulebook),
        desk_situations(rulebook, unknowns=True),
        desk_situations(rulebook, places=PLACES),
        desk_situations(rulebook, unknowns=True, places=PLACES),
    ).map(without_nothing)


DESK = desks()


def answers(
    rulebook: xr.Rulebook, rows: Any, facts: Mapping[str, Any], columns: Mapping[str, str] | None = None
) -> Any:
    """The deadlines of a frame, as rows of Python."""
    return deadlines(rulebook.rules, asked(rulebook.rules.schema, rows, columns, None, facts)).to_pylist()


def triaged(rulebook: xr.Rulebook, facts: Situation) -> Ticket | xr.FactError:
    """One row alone, or why it is refused."""
    try:
        return rulebook.triage(**{"bookings": None, **facts})
    except xr.FactError as error:
        return error


def check(found: Iterable[dict[str, Any]], facts: Sequence[Situation], rulebook: xr.Rulebook) -> None:
    """Each row is what triage gives; a row that it refuses has a problem instead."""
    for answer, known in zip(found, facts, strict=True):
        ticket = triaged(rulebook, known)
        if isinstance(ticket, xr.FactError):
            assert answer.pop("problem"), known
            assert set(answer.values()) == {None}, known
        else:
            deadline = ticket.deadline
            said = {"standing": deadline.standing.value, "due": deadline.due, "key": ticket.key, "problem": None}
            assert answer == said, known


def check_all(rulebook: xr.Rulebook, rows: Iterable[Situation], share: int = 1) -> None:
    """Each row of the tables of some situations is what triage gives."""
    for tables in batches(rulebook.rules.schema, apart(list(rows), share)):
        check(answers(rulebook, tables.rows, tables.lists), tables.situations, rulebook)


# Every row is what triage gives


@settings(max_examples=12)
@given(st.lists(DESK, min_size=1, max_size=12))
def test_every_row_is_as_triage_has_it(rows: list[Situation]) -> None:
    """Standing, deadline and key of each row of a table are those of the incident alone."""
    check_all(bundled(), rows)


@settings(max_examples=12)
@given(st.lists(DESK, min_size=2, max_size=9), st.integers(2, 3))
def test_incidents_of_one_contract_have_clocks_of_their_own(rows: list[Situation], share: int) -> None:
    """So they are where contracts and their bookings are shared, whatever the severities and submissions."""
    check_all(bundled(), rows, share)


@settings(max_examples=12)
@given(st.lists(st.tuples(DESK, st.timedeltas(-9 * DAY, 9 * DAY)), min_size=1, max_size=9))
def test_what_triage_refuses_has_a_problem(rows: list[tuple[Situation, timedelta]]) -> None:
    """A moment before the submission, a submission before the contract: the row says so, and the others are answered."""
    check_all(bundled(), ({**facts, "at": facts["at"] + moved} for facts, moved in rows))


@settings(max_examples=12)
@given(st.lists(desk_situations(places=LAST_KNOWN).map(without_nothing), min_size=1, max_size=9))
def test_unknown_public_holidays_refuse_the_rows_that_need_them(rows: list[Situation]) -> None:
    """Where the answer depends on a year whose public holidays are not known, it is refused, and only there."""
    check_all(bundled(), rows)


@pytest.mark.parametrize("unknowns", [False, True])
def test_a_large_table_is_as_triage_has_it(unknowns: bool) -> None:
    """So are hundreds of rows in one table."""
    rows = [
        *drawn(desk_situations(unknowns=unknowns), 200),
        *drawn(desk_situations(unknowns=unknowns, places=PLACES), 200),
    ]
    check_all(bundled(), map(without_nothing, rows), share=2)


@cache
def large() -> tuple[Tables, ...]:
    """A hundred situations, everything known."""
    return tuple(batches(RULES.schema, apart([*map(without_nothing, drawn(desk_situations(), 100))], share=2)))


def harbour_desks(rulebook: xr.Rulebook) -> SearchStrategy[Situation]:
    """Calls to the harbour."""
    vessels = st.none() | own_facts(harbour_facts()["vessel"], rulebook)
    return st.builds(lambda facts, vessel: without_nothing({**facts, "vessel": vessel}), desks(rulebook), vessels)


@settings(max_examples=12)
@given(st.data())
def test_another_plan_is_as_triage_has_it(data: st.DataObject) -> None:
    """Other columns, another clock and another order, of facts of their own, by the rule files alone."""
    plan = harbour(date(2026, 7, 15))
    check_all(plan, data.draw(st.lists(harbour_desks(plan), min_size=1, max_size=9)))


# Whatever the rulebook says


def with_clock(options: Sequence[Sequence[Node | None]]) -> xr.Rulebook:
    """The bundled rulebook with a clock of options of these conditions."""
    assert TABLE is not None
    template = RULES.entitlements["phone-support"]
    condition = template.conditions[0]
    clock = [
        attrs.evolve(
            template,
            conditions=tuple(attrs.evolve(condition, id=str(n), when=tree) for n, tree in enumerate(trees) if tree),
        )
        for trees in options
    ]
    named = tuple(attrs.evolve(option, id=f"{n}") for n, option in enumerate(clock))
    rules = attrs.evolve(RULES, response_times=attrs.evolve(TABLE, clock=named))
    return xr.Rulebook(rules, ENGINES["compiled"])


@st.composite
def everything(draw: st.DrawFn) -> Situation:
    """All facts, with those of a desk among them."""
    return {**draw(situations()), **draw(DESK)}


@settings(max_examples=12)
@given(
    st.lists(st.tuples(day_conditions, st.none() | hours_conditions), min_size=1, max_size=2),
    st.lists(everything(), min_size=1, max_size=6),
)
def test_a_clock_of_any_conditions_that_can_be_followed(
    options: list[tuple[Node, Node | None]], rows: list[Situation]
) -> None:
    """Conditions that turn by any days, in any combination, with hours or without, run the clock as they do alone."""
    check_all(with_clock(options), rows)


@cache
def about_anniversaries() -> tuple[Tables, ...]:
    """A hundred situations, everything known; for half of them a contract year begins soon after the submission."""
    rows = [without_nothing(facts) for facts in drawn(desk_situations(), 100)]
    for number, facts in enumerate(rows[::2]):
        contract, day = facts["contract"], facts["incident"].submitted_at.date()
        facts["contract"] = attrs.evolve(contract, start=day - timedelta(days=365 - number % 6))
    return tuple(batches(RULES.schema, apart(rows)))


@pytest.mark.parametrize(
    "text",
    [
        "day_of(at) <= contract.until - days(2)",
        "day_of(at) == contract.until - days(1)",
        "contract.until != day_of(at) + days(2)",
        "contract.until - days(400) < day_of(at) - days(30)",
        "weekend_booked(day_of(at))",
        "not weekend_booked(day_of(at) + days(1))",
        'package_on(day_of(at)) == "elite"',
        'package_on(day_of(at) + days(1)) < "elite"',
        "contract_year(day_of(at)) == contract_year(day_of(incident.submitted_at))",
        "contract_year_end(day_of(at)) - days(2) < contract.until",
        "contract_year_start(day_of(at) + days(1)) == contract.start",
        "day_of(at) > day_of(incident.submitted_at)",
    ],
)
def test_a_clock_stops_and_starts_on_its_days(text: str) -> None:
    """Each way in which a condition can turn by days starts and stops the clock on the day on which it does."""
    rulebook = with_clock([[parse_condition(text, RULES.schema)]])
    for tables in about_anniversaries():
        check(answers(rulebook, tables.rows, tables.lists), tables.situations, rulebook)


@pytest.mark.parametrize("leap_anniversary", [28, 29])
@pytest.mark.parametrize("start", [date(2024, 2, 29), date(1999, 3, 1), date(1900, 2, 28), date(2026, 12, 31)], ids=str)
def test_anniversaries_are_those_of_the_contract(start: date, leap_anniversary: int) -> None:
    """The days on which contract years begin are those that the scalar form gives, 29 February in common years too."""
    context = attrs.evolve(RULES.meaning.context, leap_anniversary=leap_anniversary)
    rules = attrs.evolve(RULES, meaning=attrs.evolve(RULES.meaning, context=context))
    contract = attrs.evolve(CONTRACT, start=start, until=date(2999, 1, 1))
    tree = parse_condition("contract_year(day_of(at)) == 3", RULES.schema)
    (tables,) = batches(RULES.schema, [{"contract": contract}])
    given = asked(RULES.schema, tables.rows, None, None, {}).given(["contract.start"])
    trees = trees_over(rules, given, [tree])
    (turn,) = turns(trees, tree)
    _, days = turn.days(worked_out(trees, [turn.column]), 0)
    assert [EPOCH + int(day) * DAY for day in days] == list(turning_days(tree, rules.meaning, {"contract": contract}))


@pytest.mark.parametrize("seen", [timedelta(0), MINUTE])
@pytest.mark.parametrize("standard", [True, None])
def test_an_incident_that_waits_from_the_first_moment_on(seen: timedelta, standard: bool | None) -> None:
    """While it waits, what is not known matters up to the moment at which it is seen, be it that of the submission."""
    rulebook = with_clock([[parse("incident.component.standard", RULES.schema)]])
    component = xr.Component(id="P", standard=standard)
    waiting = incident(2, component=component, pauses=pauses(("06-01 09:00", None)))
    check_all(rulebook, [{"contract": CONTRACT, "incident": waiting, "at": local("06-01 09:00") + seen}])


def with_order(values: Sequence[tuple[Node, bool, str | None]]) -> xr.Rulebook:
    """The bundled rulebook with an order by these values, each with whether the highest comes first, and an option."""
    template = RULES.order[0]
    order = tuple(
        attrs.evolve(template, id=str(n), value=value, highest_first=highest, option=option)
        for n, (value, highest, option) in enumerate(values)
    )
    return xr.Rulebook(attrs.evolve(RULES, order=order), ENGINES["compiled"])


WITH_DEADLINE = Schema({**RULES.schema.annotations, RESPOND_BY: datetime}, RULES.schema.domains.values())
NUMBERS = [
    parse(text, WITH_DEADLINE)
    for text in (
        "respond_by",
        "day_of(respond_by)",
        "respond_by < at",
        "contract.start",
        "weekend.saturday + days(3)",
        "incident.severity",
        "contract_year(day_of(at))",
        "contract_year(day_of(at)) - 2",
        "contract.package",
        "incident.component.standard",
        'at in coverage("24x5")',
        "incident.responded_at",
    )
]
TEXTS = [
    parse(text, WITH_DEADLINE) for text in ("incident.id", "contract.id", "incident.component.id", "contract.timezone")
]
options = st.none() | st.sampled_from(list(RULES.entitlements))
key_values = st.tuples(st.sampled_from(NUMBERS), st.booleans(), options) | st.tuples(
    st.sampled_from(TEXTS), st.just(False), options
)


@settings(max_examples=12)
@given(st.lists(key_values, max_size=5), st.lists(everything(), min_size=1, max_size=6))
def test_a_key_of_any_values(values: list[tuple[Node, bool, str | None]], rows: list[Situation]) -> None:
    """Numbers, days, moments, truths, ranks and texts are written as in the key of a ticket, or as nothing."""
    check_all(with_order(values), rows)


@settings(max_examples=12)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=5), unique=True, min_size=1))
@example(["a", "é", "日本", "\U0001f600", "a\x00", "\x7f" * 300])
def test_an_id_is_any_text(names: list[str]) -> None:
    """Texts of any letters and lengths are written as the bytes that they are."""
    rows = [
        {"contract": CONTRACT, "incident": incident(2, id=name), "bookings": (), "at": local("06-01 10:00")}
        for name in names
    ]
    (tables,) = batches(RULES.schema, rows)
    check(answers(bundled(), tables.rows, tables.lists), rows, bundled())


# The order


@settings(max_examples=12)
@given(st.lists(desk_situations(unknowns=True).map(without_nothing), min_size=2, max_size=12))
def test_sorting_by_the_key_is_the_queue(rows: list[Situation]) -> None:
    """A table sorted by its keys is in the order of the queue."""
    for tables in batches(RULES.schema, apart(rows)):
        found = pa.Table.from_pylist(answers(bundled(), tables.rows, tables.lists))
        table = found.append_column("id", tables.rows["incident.id"]).sort_by("key")
        queue = bundled().queue(bundled().triage(**{"bookings": None, **facts}) for facts in tables.situations)
        assert table["id"].to_pylist() == [ticket.incident.id for ticket in queue]


# The same facts, given in other ways


EAGER = [library for library in LIBRARIES if not library.lazy]


@pytest.mark.parametrize("library", EAGER, ids=str)
@pytest.mark.parametrize("looked_up", [False, True])
def test_frames_that_are_at_hand_are_all_the_same(library: Library, looked_up: bool) -> None:
    """Frames of polars, pandas and pyarrow have the same answers, contracts in the rows or in a table of their own."""
    if library.lacks:
        pytest.skip(library.lacks)
    for tables in large():
        rows, lists = tables.rows, dict(tables.lists)
        if looked_up:
            rows, lists["contract"] = tables.looked_up("contract")
        frames = {name: library.frame(table) for name, table in lists.items()}
        check(answers(bundled(), library.frame(rows), frames), tables.situations, bundled())


@pytest.mark.parametrize("library", [library for library in LIBRARIES if library.lazy], ids=str)
def test_rows_that_are_not_at_hand_are_refused(library: Library) -> None:
    """Where the rows are not at hand, the error says so and what to do."""
    if library.lacks or library.name in ("pyspark", "dask"):
        pytest.skip(library.lacks or "takes long to start")
    tables, *_ = large()
    frames = {name: library.frame(table) for name, table in tables.lists.items()}
    told = {"contract.timezone": ["UTC"], "contract.holidays": ["NL"]}
    question = asked(RULES.schema, library.frame(tables.rows), None, told, frames)
    name = library.name.removesuffix("-lazy")
    with pytest.raises(xr.FactError, match=f"^deadline: cannot be worked out in {name} .* give them as a frame of"):
        deadlines(RULES, question)


def test_a_fact_may_be_the_same_for_all_rows() -> None:
    """A contract, bookings, pauses of one incident, or the moment can be given once."""
    reported = [incident(severity, id=f"I{severity}") for severity in (1, 2, 3, 4, None)]
    weekend = xr.Booking(id="B", contract_id=CONTRACT.id, saturday=date(2026, 6, 6), status="booked")
    for package in ("xtreme", "elite"):
        contract = attrs.evolve(CONTRACT, package=package)
        same = {"contract": contract, "bookings": (weekend,), "at": local("06-05 16:00").astimezone(UTC)}
        facts = [{**same, "incident": one} for one in reported]
        (tables,) = batches(RULES.schema, facts)
        rows = tables.rows.drop_columns(
            [name for name in tables.rows.column_names if name.startswith(("contract", "at"))]
        )
        check(answers(bundled(), rows, same), facts, bundled())
        check(answers(bundled(), rows, {**same, "pauses": tables.lists["pauses"]}), facts, bundled())


def test_one_incident_may_be_seen_at_many_moments() -> None:
    """Rows may repeat an incident; its pauses count as far as they are seen at the moment of each row."""
    waiting = pauses(("06-01 09:30", "06-01 10:00"), ("06-01 10:15", "06-01 12:00"), ("06-01 13:00", None))
    seen = [incident(2, pauses=waiting, responded_at=local("06-02 10:00"))] * 80
    facts = [
        {"contract": CONTRACT, "incident": one, "bookings": (), "at": local("06-01 09:00") + 20 * number * MINUTE}
        for number, one in enumerate(seen)
    ]
    (tables,) = batches(RULES.schema, facts)
    lists = {**tables.lists, "pauses": pauses_table([("I", pause.start, pause.end) for pause in waiting])}
    check(answers(bundled(), tables.rows, lists), facts, bundled())


def pauses_table(rows: Sequence[tuple[str, datetime | None, datetime | None]]) -> pa.Table:
    """A table of pauses."""
    moment = pa.timestamp("us", "UTC")
    schema = pa.schema({"incident.id": pa.string(), "start": moment, "end": moment})
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def test_a_table_without_rows() -> None:
    """No rows, no answers, and columns of the same types."""
    tables, *_ = large()
    question = asked(RULES.schema, tables.rows.slice(0, 0), None, None, tables.lists)
    found = deadlines(RULES, question)
    assert found.num_rows == 0
    some = deadlines(RULES, asked(RULES.schema, tables.rows, None, None, tables.lists))
    assert found.schema == some.schema
    assert [str(kind) for kind in some.schema.types] == ["string", "timestamp[us, tz=UTC]", "string", "string"]


# What is wrong


def one_row(**changes: Any) -> pa.Table:
    """A row that is fine, but for some columns."""
    facts = {"contract": CONTRACT, "incident": incident(2), "at": local("06-01 10:00")}
    (tables,) = batches(RULES.schema, [facts])
    rows = tables.rows
    for path, value in changes.items():
        index = rows.column_names.index(path)
        rows = rows.set_column(index, path, pa.array([value], rows.schema.field(path).type))
    return rows


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"at": local("06-01 08:59")}, "^at: lies before incident.submitted_at; ask for a moment"),
        (
            {"incident.submitted_at": local("2025-12-31T23:59")},
            "^incident.submitted_at: lies before contract.start; name",
        ),
        ({"incident.responded_at": local("06-01 08:00")}, "^incident.responded_at: lies before submitted_at"),
        ({"at": None}, "^at: must be given$"),
        ({"contract.id": None}, "^contract: must be given$"),
        ({"incident.id": None}, "^incident: must be given$"),
        ({"contract.timezone": "Mars/Olympus"}, "^contract.timezone: `Mars/Olympus` is none"),
        ({"contract.holidays": "XX"}, "^contract.holidays: `XX` is none"),
        ({"contract.package": "gold"}, "^contract.package: unknown package `gold`"),
        ({"incident.severity": 9}, "^incident.severity: unknown severity `9`"),
        ({"at": local("2101-06-01T12:00")}, "^contract.holidays: the public holidays of"),
    ],
)
def test_a_row_that_is_wrong_says_why(changes: dict[str, Any], problem: str) -> None:
    """What is wrong with a row is said beside it, and what to do."""
    (answer,) = answers(bundled(), one_row(**changes), {})
    assert re.search(problem, answer.pop("problem"))
    assert set(answer.values()) == {None}


NINE, TEN, NOON = local("06-01 09:00"), local("06-01 10:00"), local("06-01 12:00")


@pytest.mark.parametrize(
    "bounds",
    [[(TEN, NINE)], [(TEN, None), (NOON, NOON)], [(NINE, NOON), (TEN, None)], [(NINE - MINUTE, TEN)], [(None, TEN)]],
)
def test_pauses_that_cannot_be_are_said(bounds: list[tuple[datetime | None, datetime | None]]) -> None:
    """Pauses that overlap, end before they begin, or begin before the submission are wrong with their incident alone."""
    rows = pa.concat_tables([one_row(), one_row(**{"incident.id": "another"})])
    table = pauses_table([("I", *pause) for pause in bounds])
    wrong, fine = answers(bundled(), rows, {"pauses": table})
    assert wrong["problem"].startswith("incident.pauses")
    assert wrong["key"] is None
    assert fine["problem"] is None


@pytest.mark.parametrize("path", ["contract.id", "incident.id", "at"])
def test_what_must_be_given(path: str) -> None:
    """Without the ids, or the moment, there is nothing to triage."""
    with pytest.raises(xr.FactError, match=rf"^{path}: must be given; name its column"):
        answers(bundled(), one_row().drop_columns([path]), {})


def test_a_rulebook_without_response_times_has_no_deadlines() -> None:
    """It says so, as for one incident."""
    rulebook = xr.Rulebook(attrs.evolve(RULES, response_times=None), ENGINES["compiled"])
    with pytest.raises(LookupError, match=r"has no response times; add `response-times\.yaml`$"):
        answers(rulebook, one_row(), {})


def test_a_term_that_turns_on_days_that_columns_cannot_say_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rulebook whose clock has no form for whole tables is refused before anything is worked out."""
    monkeypatch.delitem(FORMS, "weekend_booked")
    with pytest.raises(xr.FactError, match=r"^weekend_booked\(day_of\(at\)\): .* one at a time$"):
        answers(bundled(), one_row(), {})
