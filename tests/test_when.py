"""Options as functions of the moment: the clock of when they are granted, against deciding at that moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from conftest import bundled
from desk import CONTRACT, DAY, MINUTE, local
from desks import desk_situations, moments_about
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_working_time import calendars, coverages, durations, moments, pauses

import xtreme_rules as xr
from xtreme_rules.coverage.calendar import ALWAYS, Calendar
from xtreme_rules.coverage.clock import Clock, Stint
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.holidays import known_years
from xtreme_rules.coverage.layout import days_between, turns
from xtreme_rules.coverage.working_time import Interval
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option
from xtreme_rules.decisions.when import Hours, When
from xtreme_rules.engines import engine_named
from xtreme_rules.facts.types import BOOLEAN, DATE, INTEGER, Type
from xtreme_rules.language.moments import can_be_followed, depends_on_moment
from xtreme_rules.language.parse import parse, parse_condition
from xtreme_rules.language.tree import Both, Call, Compare, Literal, Node, Not, Shift
from xtreme_rules.language.truth import value_at
from xtreme_rules.language.vocabulary import TERMS, Term
from xtreme_rules.testing import situations
from xtreme_rules.testing.conditions import Trees, speech_of

RULES = bundled().rules
TABLE = RULES.response_times
assert TABLE is not None
REFERENCE = engine_named("reference")
FOLLOWED = [
    Option(RULES, item, REFERENCE)
    for item in (*RULES.entitlements.values(), *TABLE.clock)
    if item.can_be_followed and item.asks
]
#: Where the wall clock changes across midnight, or skips a day, and when.
PLACES = (
    ("America/St_Johns", date(2010, 11, 7)),  # 00:01 was 23:01 again
    ("America/St_Johns", date(2010, 3, 14)),
    ("America/Sao_Paulo", date(2017, 10, 15)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Pacific/Apia", date(2011, 12, 30)),  # there was no such day
    ("Africa/Cairo", date(2024, 4, 26)),
    ("Africa/Cairo", date(2024, 11, 1)),
    ("Atlantic/Azores", date(2025, 3, 30)),
    ("Atlantic/Azores", date(2025, 10, 26)),
    ("America/Havana", date(2025, 3, 9)),
    ("America/Havana", date(2025, 11, 2)),
)
MICROSECOND = timedelta(microseconds=1)
#: Each of these examples looks at many options, moments or minutes.
few = settings(max_examples=50)
CONDITION = RULES.entitlements["phone-support"].conditions[0]
EVERYTHING = st.one_of(desk_situations(), desk_situations(places=PLACES))
WITH_UNKNOWNS = st.one_of(desk_situations(unknowns=True), desk_situations(unknowns=True, places=PLACES))


@st.composite
def asked(
    draw: st.DrawFn, desks: st.SearchStrategy[dict[str, Any]], unknowns: bool
) -> tuple[dict[str, Any], list[datetime]]:
    """All facts but the moment, about the contract of a desk; and moments to ask for."""
    desk = draw(desks)
    facts = {**draw(situations(unknowns=unknowns)), **desk}
    at = [facts.pop("at"), *draw(st.lists(moments_about(desk), min_size=3, max_size=6))]
    return facts, at


def decide(option: Option, facts: dict[str, Any], at: datetime) -> Decision:
    facts = {**facts, "at": at.astimezone(UTC)}
    truths = option.evaluate(facts)
    assert truths is not None
    return Decision(option.verdicts[truths], facts)


def check(option: Option, facts: dict[str, Any], moments: Sequence[datetime]) -> None:
    """What the clock of an option says of moments is what deciding says at each of them."""
    hours = When([option]).hours(facts)
    for at in moments:
        decision, missing = decide(option, facts, at), hours.missing(at, at + MICROSECOND)
        assert (at in hours.clock) == decision.granted
        if decision.outcome is xr.Outcome.NEEDS_INFORMATION:
            assert missing
            assert set(missing) <= set(decision.missing)
        elif decision.granted:
            assert not missing


@few
@given(asked(EVERYTHING, unknowns=False))
def test_a_clock_covers_the_moments_at_which_deciding_grants(drawn: tuple[dict[str, Any], list[datetime]]) -> None:
    """A moment is in the clock of an option exactly if deciding it then grants it; nothing is undecided."""
    for option in FOLLOWED:
        check(option, *drawn)
        assert not When([option]).hours(drawn[0]).undecided


@few
@given(asked(WITH_UNKNOWNS, unknowns=True))
def test_what_is_not_known_leaves_a_clock_undecided(drawn: tuple[dict[str, Any], list[datetime]]) -> None:
    """Where deciding needs information, the clock is undecided for the lack of what the decision lacks.

    Where it is undecided nothing is granted; where it is not, and does not cover, deciding denies.
    """
    for option in FOLLOWED:
        check(option, *drawn)


@few
@given(asked(EVERYTHING, unknowns=False), st.lists(st.sampled_from(FOLLOWED), min_size=2, max_size=4))
def test_a_clock_of_several_options_is_their_union(
    drawn: tuple[dict[str, Any], list[datetime]], options: list[Option]
) -> None:
    """A moment is in the clock of several options exactly if one of them is granted then."""
    facts, asked_at = drawn
    clock = When(options).hours(facts).clock
    for at in asked_at:
        assert (at in clock) == any(decide(option, facts, at).granted for option in options)


AT_DAY = Call(TERMS["day_of"], (parse("at", RULES.schema),))
signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
#: The day of the moment, perhaps moved.
asked_days = st.one_of(st.just(AT_DAY), st.builds(Shift, st.just(AT_DAY), st.sampled_from((1, -1, 2, -3, 30, -400))))


def of_day(name: str) -> st.SearchStrategy[Node]:
    return asked_days.map(lambda day: Call(TERMS[name], (day,)))


@st.composite
def trees(draw: st.DrawFn, kind: Type) -> Node:
    """Trees of a type that are not deep."""
    return Trees(draw, speech_of(RULES.schema)).tree(kind, 1)


def fixed(kind: Type) -> st.SearchStrategy[Node]:
    """Trees of a type that have nothing to do with the moment."""
    return trees(kind).filter(lambda tree: not depends_on_moment(tree))


days_of_year = of_day("contract_year_start") | of_day("contract_year_end")
packages = st.sampled_from([Literal(name, TERMS["package_on"].result) for name in RULES.packages])
day_conditions = st.recursive(
    st.one_of(
        st.builds(Compare, signs, asked_days, fixed(DATE)),
        st.builds(Compare, signs, fixed(DATE), asked_days),
        st.builds(Compare, signs, of_day("package_on"), packages),
        st.builds(Compare, signs, of_day("contract_year"), st.integers(-1, 2).map(lambda n: Literal(n, INTEGER))),
        st.builds(Compare, signs, st.builds(Shift, days_of_year, st.integers(-40, 40)), fixed(DATE)),
        of_day("weekend_booked"),
        fixed(BOOLEAN),
    ),
    lambda inner: st.one_of(
        inner.map(Not),
        st.builds(Both, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
hours_conditions = st.sampled_from(
    [
        parse_condition(text, RULES.schema)
        for text in (
            'at in coverage("24x5")',
            "at in coverage_of(package_on(day_of(at)))",
            "at in coverage_of(package_on(day_of(at) - days(1)))",
            "at in coverage_of(contract.package)",
            'at in coverage("24x7")',
        )
    ]
)


@settings(max_examples=60)
@given(
    st.lists(day_conditions, min_size=1, max_size=2),
    st.none() | hours_conditions,
    st.one_of(asked(EVERYTHING, unknowns=False), asked(WITH_UNKNOWNS, unknowns=True)),
)
def test_the_clock_of_any_conditions_that_can_be_followed_is_exact(
    trees: list[Node], hours: Node | None, drawn: tuple[dict[str, Any], list[datetime]]
) -> None:
    """Conditions that read only the day of the moment can be followed, in any combination, with hours or without."""
    conditions = [
        attrs.evolve(CONDITION, id=str(number), when=tree) for number, tree in enumerate([*trees, hours]) if tree
    ]
    entitlement = attrs.evolve(RULES.entitlements["phone-support"], conditions=tuple(conditions))
    assert entitlement.can_be_followed
    check(Option(RULES, entitlement, REFERENCE), *drawn)


@few
@given(asked(EVERYTHING, unknowns=False), st.sampled_from(FOLLOWED), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_granted_from_is_the_first_moment_at_which_it_is_granted(
    drawn: tuple[dict[str, Any], list[datetime]], option: Option, parts: list[float]
) -> None:
    """A denial says from when on it would be granted: it is then, and not before; if it says nothing, never again."""
    facts, (at, *others) = drawn
    decision = decide(option, facts, at)
    found = decision.granted_from
    if decision.granted:
        assert found is None
        return
    if found is not None:
        assert found > at
        assert decide(option, facts, found).granted
        others += [found - MICROSECOND, *(at + (found - at) * part for part in parts)]
    for moment in others:
        if at <= moment and (found is None or moment < found):
            assert not decide(option, facts, moment).granted


@few
@given(asked(WITH_UNKNOWNS, unknowns=True), st.sampled_from(FOLLOWED))
def test_granted_from_is_said_only_where_nothing_is_open(
    drawn: tuple[dict[str, Any], list[datetime]], option: Option
) -> None:
    """Only a denial says from when on; it is granted then, and until then there is no moment at which it is open."""
    facts, (at, *others) = drawn
    decision = decide(option, facts, at)
    found = decision.granted_from
    if found is not None:
        assert decision.outcome is xr.Outcome.DENIED
        assert decide(option, facts, found).granted
        for moment in others:
            if at <= moment < found:
                assert decide(option, facts, moment).outcome is xr.Outcome.DENIED


@pytest.mark.parametrize(
    ("option", "changes", "at", "found"),
    [
        ("phone-support", {}, "06-06 12:00", "06-08 08:00"),  # on a Saturday
        ("phone-support", {}, "04-24 18:00", "04-28 08:00"),  # before a weekend and King's Day
        ("phone-support", {}, "2025-11-03T12:00", "01-02 08:00"),  # before the contract, which begins on New Year
        ("phone-support", {}, "2028-12-29T18:00", None),  # after the last working day of the contract
        ("phone-support", {"timezone": None}, "06-06 12:00", None),
        ("phone-support", {"package": None}, "06-06 12:00", None),
        ("phone-support", {"until": None}, "06-06 12:00", None),
        ("interactive-instructions", {}, "06-06 12:00", None),  # another package has it
        ("online-support", {}, "2025-11-03T12:00", "01-01 00:00"),
        ("remote-access", {}, "2025-11-03T12:00", None),  # nobody is present either
        ("special-event-weekend", {}, "2025-11-03T12:00", None),  # has nothing to do with the moment
    ],
)
def test_worked_examples(
    rulebook: xr.Rulebook, option: str, changes: dict[str, Any], at: str, found: str | None
) -> None:
    """From when on an option is granted, as a person would say; nothing where the moment is not the only cause."""
    contract = attrs.evolve(CONTRACT, **changes)
    access = xr.RemoteAccess(authorised=True, connection_provided=True, customer_present=False)
    decision = rulebook.decide(option, contract=contract, at=local(at), access=access)
    assert decision.granted_from == (None if found is None else local(found))


def test_who_is_granted_or_asks_for_no_moment_is_not_told_from_when() -> None:
    """A grant holds now, and an answer that needs the moment has none to begin with."""
    assert bundled().decide("phone-support", contract=CONTRACT, at=local("06-05 12:00")).granted_from is None
    assert bundled().decide("phone-support", contract=CONTRACT).granted_from is None
    assert bundled().decide("online-support", contract=attrs.evolve(CONTRACT, package=None)).granted_from is None
    refused = bundled().decide("remote-access", contract=CONTRACT, access=xr.RemoteAccess(authorised=False))
    assert refused.outcome is xr.Outcome.DENIED
    assert refused.granted_from is None


@pytest.mark.parametrize("timezone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_clock_reaches_to_the_ends_of_time(timezone: str) -> None:
    """The first and the last moments that facts can hold are covered like any other."""
    contract = attrs.evolve(
        CONTRACT, start=date(1900, 1, 1), until=date(2999, 12, 31), timezone=timezone, holidays=None
    )
    ends = datetime(1900, 1, 2, tzinfo=UTC), datetime(2999, 12, 30, 23, 59, tzinfo=UTC)
    for option in FOLLOWED:
        check(option, {"contract": contract}, [ends[0], ends[0] + 2 * DAY, ends[1] - 2 * DAY, ends[1]])


@pytest.mark.parametrize("year", [1902, 2500, 2997, 2998])
def test_contract_years_turn_to_the_ends_of_time(year: int) -> None:
    """Whichever contract year a condition is about, it is followed from its first day to its last."""
    made = attrs.evolve(
        CONDITION,
        when=parse_condition("contract_year(day_of(at)) == contract_year(weekend.saturday)", RULES.schema),
    )
    first = date(year, 6, 2)
    facts = {
        "contract": attrs.evolve(CONTRACT, start=date(1900, 6, 2)),
        "weekend": xr.WeekendRequest(id="W", saturday=first + timedelta(days=(5 - first.weekday()) % 7)),
    }
    option = Option(RULES, attrs.evolve(RULES.entitlements["phone-support"], conditions=(made,)), REFERENCE)
    turns_on = [local(f"{turn}-06-02T00:00") for turn in (year, year + 1)]
    check(option, facts, [moment + offset for moment in turns_on for offset in (-MICROSECOND, timedelta(0))])


CAN_BE_FOLLOWED = {
    'contract.package == "elite"': True,
    "incident.severity == 1 and contract.start < weekend.saturday": True,
    "day_of(at) < contract.until": True,
    "contract.start <= day_of(at) < contract.until": True,
    "day_of(at) + days(14) <= weekend.saturday": True,
    "weekend.saturday >= day_of(at) - days(3) - days(4)": True,
    "day_of(at) + days(14) < weekend.saturday": True,
    "day_of(at) != day_of(incident.submitted_at)": True,
    "day_of(incident.submitted_at) == day_of(at) - days(3)": True,
    'package_on(day_of(at)) >= "premium"': True,
    'package_on(day_of(at) - days(3)) == "elite"': True,
    "weekend_booked(day_of(at) + days(2))": True,
    'package_on(day_of(at) + days(1)) >= "premium" or not weekend_booked(day_of(at))': True,
    "contract_year(day_of(at)) == contract_year(weekend.saturday)": True,
    "contract_year_end(day_of(at)) - days(30) > weekend.saturday": True,
    "contract_year_start(day_of(at) + days(5)) == contract.start": True,
    'at in coverage("24x5")': True,
    "at in coverage_of(package_on(day_of(at)))": True,
    'weekend.submitted_at in coverage("24x5")': True,
    'not at in coverage("24x5")': False,
    'at in coverage("24x5") or incident.severity == 1': False,
    'at in coverage("24x5") and at in coverage("24x7")': False,
    "at > incident.submitted_at": False,
    "at - incident.submitted_at < hours(4)": False,
    "weekend.saturday - day_of(at) >= days(14)": False,
    "day_of(at) == contract_year_start(day_of(at))": False,
    "contract_year_end(day_of(at)) > day_of(at) + days(30)": False,
    "weekends_used(contract_year(day_of(at)), 0, 0) < 1": True,
}


@pytest.mark.parametrize(("text", "followed"), CAN_BE_FOLLOWED.items())
def test_which_conditions_can_be_followed(text: str, followed: bool) -> None:
    """Those that are hours of the moment, or read it as a day that is compared with others or turns on known days."""
    assert can_be_followed(parse_condition(text, RULES.schema)) == followed


#: A contract that changes often, and a moment of its every quarter of a day for some weeks.
EVENTFUL = {
    "contract": attrs.evolve(
        CONTRACT,
        start=date(2026, 4, 20),
        package_changes=(
            xr.PackageChange(day=date(2026, 4, 25), package="elite"),
            xr.PackageChange(day=date(2026, 5, 6), package="premium"),
        ),
        until=date(2026, 5, 20),
    ),
    "incident": xr.Incident(id="I", severity=1, submitted_at=local("04-29 23:59"), component=xr.Component(id="p")),
    "weekend": xr.WeekendRequest(id="W", saturday=date(2026, 5, 9), submitted_at=local("04-22 12:00")),
    "bookings": (xr.Booking(id="B", contract_id="C", saturday=date(2026, 5, 2), status="booked"),),
}
QUARTERS = [local("04-12 18:00") + number * DAY / 4 for number in range(4 * 45)]


@pytest.mark.parametrize("text", [text for text, followed in CAN_BE_FOLLOWED.items() if followed])
def test_a_condition_that_can_be_followed_is_followed(text: str) -> None:
    """Its clock covers the moments at which it is met, over weeks with every change that there can be."""
    made = attrs.evolve(CONDITION, id="it", when=parse_condition(text, RULES.schema))
    check(
        Option(RULES, attrs.evolve(RULES.entitlements["phone-support"], conditions=(made,)), REFERENCE),
        EVENTFUL,
        QUARTERS,
    )


@pytest.mark.parametrize(("standard", "found"), [(True, "06-08 00:00"), (False, "06-10 00:00"), (None, None)])
def test_granted_from_is_not_said_while_it_may_be_sooner(standard: bool | None, found: str | None) -> None:
    """A denial on a Saturday: if a fact decides whether Monday would do or only Wednesday, neither is said without it."""
    texts = ('package_on(day_of(at)) == "elite" or incident.component.standard', 'at in coverage("24x5")')
    made = [attrs.evolve(CONDITION, id=text, when=parse_condition(text, RULES.schema)) for text in texts]
    option = Option(RULES, attrs.evolve(RULES.entitlements["phone-support"], conditions=tuple(made)), REFERENCE)
    contract = attrs.evolve(CONTRACT, package_changes=[xr.PackageChange(day=date(2026, 6, 10), package="elite")])
    reported = xr.Incident(id="I", component=xr.Component(id="p", standard=standard))
    decision = decide(option, {"contract": contract, "incident": reported}, local("06-06 12:00"))
    assert decision.outcome is xr.Outcome.DENIED
    assert decision.granted_from == (None if found is None else local(found))


def test_a_fact_is_missing_within_its_stretch_only() -> None:
    """A stretch that is undecided matters to what overlaps it, not to what ends where it begins or begins where it ends."""
    first, *_, last = moments = [local("06-01 09:00") + number * DAY for number in range(5)]
    undecided = ((moments[1], moments[2], "a"), (moments[2], moments[3], "b"), (moments[1], moments[3], "a"))
    hours = Hours(Clock(()), undecided)
    assert hours.missing(first, last) == ("a", "b")
    assert hours.missing(moments[2], moments[2] + MICROSECOND) == ("b", "a")
    assert hours.missing(first, moments[1]) == hours.missing(moments[3], last) == ()


def test_every_bundled_option_can_be_followed_and_hours_do_not_mix() -> None:
    """All bundled options can be followed; one whose conditions give hours twice cannot."""
    assert {option.entitlement.id for option in FOLLOWED} == set(RULES.entitlements)
    phone = RULES.entitlements["phone-support"]
    twice = attrs.evolve(phone, conditions=(*phone.conditions, attrs.evolve(phone.conditions[-1], id="again")))
    assert not twice.can_be_followed


TURNING = [term for term in TERMS.values() if term.turns is not None]


@pytest.mark.parametrize("term", TURNING, ids=lambda term: term.name)
@pytest.mark.parametrize("leap_anniversary", [28, 29])
@settings(max_examples=15)
@given(facts=st.one_of(desk_situations(), situations(unknowns=False)))
def test_a_term_changes_on_its_turning_days_only(term: Term, leap_anniversary: int, facts: dict[str, Any]) -> None:
    """From one turning day to the next, the value of a term is the same on every day."""
    context = attrs.evolve(RULES.meaning.context, leap_anniversary=leap_anniversary)
    known = ([context] if term.contextual else []), [value_at(facts, path) for path in term.reads]
    turning = set(term.turns(*known[0], *known[1])) if term.turns is not None else set()
    first = facts["contract"].start - timedelta(days=400)
    for day in (first + timedelta(days=number) for number in range(1200)):
        if day not in turning:
            before = term.function(*known[0], day - timedelta(days=1), *known[1])
            assert term.function(*known[0], day, *known[1]) == before


zones_and_days = st.one_of(
    st.tuples(st.sampled_from(PLACES), st.integers(-2, 2)).map(lambda pair: (pair[0][0], pair[0][1] + pair[1] * DAY)),
    st.tuples(st.sampled_from([zone for zone, _ in PLACES]), st.dates(date(1970, 1, 1), date(2040, 12, 31))),
)


@few
@given(zones_and_days)
@example(("Pacific/Apia", date(2011, 12, 30)))
@example(("Pacific/Apia", date(2011, 12, 31)))
@example(("America/St_Johns", date(2010, 11, 7)))
def test_days_turn_when_the_wall_clock_says_so(drawn: tuple[str, date]) -> None:
    """A day is reached, or left again, at exactly the moments at which looking at the clock every minute finds it so."""
    zone, day = ZoneInfo(drawn[0]), drawn[1]
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY
    minutes = [first + number * MINUTE for number in range(4 * 24 * 60)]
    reached = [moment.astimezone(zone).date() >= day for moment in minutes]
    found = [moment for moment, (before, after) in zip(minutes[1:], pairwise(reached), strict=True) if before != after]
    assert list(turns(zone, day)) == found


@few
@given(zones_and_days, st.integers(0, 3), st.lists(st.integers(-5000, 5000), min_size=5))
def test_the_stretches_between_days_hold_what_the_wall_clock_shows(
    drawn: tuple[str, date], count: int, offsets: list[int]
) -> None:
    """A moment lies in the stretches from one day to another exactly if the wall clock shows one of these days."""
    zone, first = ZoneInfo(drawn[0]), drawn[1]
    until = first + count * DAY
    stretches = list(days_between(zone, first, until))
    assert all(start < end for start, end in stretches)
    for offset in offsets:
        at = datetime(first.year, first.month, first.day, tzinfo=UTC) + offset * MINUTE
        shown = first <= at.astimezone(zone).date() < until
        assert sum(start <= at < end for start, end in stretches) == shown


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Up to five stints, with gaps between some of them."""
    bounds = sorted(draw(st.lists(moments, min_size=2, max_size=6, unique=True)))
    return Clock([Stint(start, end, draw(coverages())) for start, end in pairwise(bounds) if draw(st.booleans())])


LATER = datetime(2030, 1, 1, tzinfo=UTC)


def or_never(moment: datetime | None) -> datetime:
    return LATER if moment is None else moment


@few
@given(clocks(), moments, st.integers(0, 3000))
def test_elapsed_on_a_clock_is_the_number_of_covered_minutes(clock: Clock, start: datetime, minutes: int) -> None:
    """The elapsed time between two moments is what counting every covered minute between them gives."""
    counted = sum(start + minute * MINUTE in clock for minute in range(minutes))
    assert clock.elapsed(start, start + minutes * MINUTE) == counted * MINUTE


@few
@given(clocks(), moments, st.integers(1, 600))
def test_adding_on_a_clock_is_counting_covered_minutes(clock: Clock, start: datetime, minutes: int) -> None:
    """Adding leads to the end of the last minute needed; where that is not among those counted, beyond them."""
    left, reached = minutes, or_never(clock.add(start, minutes * MINUTE))
    for minute in range(3000):
        left -= start + minute * MINUTE in clock
        if left == 0:
            assert reached == start + (minute + 1) * MINUTE
            return
    assert reached > start + 3000 * MINUTE


@few
@given(clocks(), moments)
def test_the_next_open_moment_of_a_clock_is_open_and_none_before_it_is(clock: Clock, at: datetime) -> None:
    """The next open moment is covered, and nothing between is; where there is none, nothing is covered any more."""
    following = clock.next_open(at)
    assert (following is None) == (not clock.elapsed(at, LATER))
    if following is not None:
        assert following in clock
        assert not clock.elapsed(at, following)
        assert (following == at) == (at in clock)


@few
@given(clocks(), moments, durations, pauses())
def test_adding_then_measuring_gives_back_what_was_added(
    clock: Clock, at: datetime, duration: timedelta, paused: Sequence[Interval]
) -> None:
    """elapsed(start, add(start, d)) is d, with pauses and without; where adding leads nowhere, less than d is left."""
    for left_out in ((), paused):
        reached = clock.add(at, duration, left_out)
        if reached is None:
            assert clock.elapsed(at, LATER, left_out) < duration or left_out[-1][1] is None
        else:
            assert reached >= at
            assert clock.elapsed(at, reached, left_out) == duration


@few
@given(clocks(), moments, durations, durations, st.integers(0, 5000))
def test_adding_on_a_clock_is_monotone(
    clock: Clock, at: datetime, less: timedelta, more: timedelta, later: int
) -> None:
    """A later start, or a longer duration, never gives an earlier moment, and never one where there was none."""
    less, more = sorted((less, more))
    reached = or_never(clock.add(at, less))
    assert reached <= or_never(clock.add(at, more))
    assert reached <= or_never(clock.add(at + later * MINUTE, less))


@few
@given(clocks(), st.lists(moments, min_size=3, max_size=3))
def test_elapsed_on_a_clock_is_additive(clock: Clock, drawn: list[datetime]) -> None:
    """What elapses from a to b and from b to c elapses from a to c."""
    a, b, c = sorted(drawn)
    assert clock.elapsed(a, b) + clock.elapsed(b, c) == clock.elapsed(a, c)


@few
@given(clocks(), calendars(), moments, durations, pauses())
def test_more_cover_never_gives_a_later_moment_nor_a_pause_an_earlier_one(
    clock: Clock, more: Calendar, at: datetime, duration: timedelta, paused: Sequence[Interval]
) -> None:
    """A calendar more in every stint never gives a later moment, and pauses never an earlier one."""
    wider = Clock(
        [
            attrs.evolve(
                stint,
                coverage=Coverage([*stint.coverage.calendars, more], stint.coverage.zone.key, stint.coverage.holidays),
            )
            for stint in clock.stints
        ]
    )
    reached = or_never(clock.add(at, duration))
    assert or_never(wider.add(at, duration)) <= reached <= or_never(clock.add(at, duration, paused))


def test_a_stint_holds_its_start_and_reaches_to_its_end() -> None:
    """Stints are half-open: the end is not covered, yet a sum may fall on it; what is open right after is not part of it."""
    start, end = local("06-05 09:00").astimezone(UTC), local("06-08 00:00").astimezone(UTC)  # until midnight on Sunday
    work, always = (Coverage([RULES.calendars[name]], "Europe/Amsterdam", None) for name in ("24x5", "24x7"))
    clock = Clock([Stint(start, end, work)])
    assert start in clock
    assert end in work
    assert end not in clock
    assert clock.next_open(end - DAY) is None
    assert clock.add(start, timedelta(hours=15)) == local("06-06 00:00")
    assert clock.add(start, timedelta(hours=15, microseconds=1)) is None
    full = Clock([Stint(start, end, always)])
    assert full.add(start, end - start) == end
    assert full.add(start, end - start + MICROSECOND) is None
    assert end not in full
    assert full.next_open(end) is None
    assert (
        Clock([Stint(start, end, always), Stint(end, end + DAY, always)]).add(start, end - start + MICROSECOND)
        == end + MICROSECOND
    )


def test_unknown_holidays_matter_to_a_clock_as_far_as_it_reaches() -> None:
    """Years whose holidays are not known are no matter to a clock that ends before them; to one that does not, they are."""
    evening = datetime(known_years("NL").stop - 1, 12, 31, 20, tzinfo=UTC)
    office = Coverage([RULES.calendars["package-hours"]], "Europe/Amsterdam", "NL")
    within = Clock([Stint(evening - 30 * DAY, evening + timedelta(hours=2), office)])
    assert within.next_open(evening) is None
    assert within.add(evening, MINUTE) is None
    beyond = Clock([Stint(evening - 30 * DAY, evening + 400 * DAY, office)])
    with pytest.raises(xr.FactError, match="the public holidays of `NL` are known for"):
        beyond.next_open(evening)
    with pytest.raises(xr.FactError, match="the public holidays of `NL` are known for"):
        beyond.add(evening, MINUTE)


def test_a_clock_without_stints_covers_nothing() -> None:
    """It leads nowhere, except that no duration leads to the moment itself."""
    clock, at = Clock(()), datetime(2026, 6, 1, tzinfo=UTC)
    assert at not in clock
    assert clock.next_open(at) is None
    assert clock.add(at, MINUTE) is None
    assert clock.add(at, timedelta(0)) == at
    assert clock.elapsed(at, LATER) == timedelta(0)


@pytest.mark.parametrize("paused", [[(2, 1)], [(1, 3), (2, 4)], [(3, 4), (1, 2)], [(1, None), (2, 3)]])
def test_pauses_that_are_out_of_order_are_refused(paused: list[tuple[int, int | None]]) -> None:
    """Pauses lie one after another, only the last goes on, and none ends before it begins."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    intervals: list[Interval] = [
        (at + since * DAY, None if until is None else at + until * DAY) for since, until in paused
    ]
    clock = Clock([Stint(at, at + 9 * DAY, Coverage([ALWAYS], "UTC", None))])
    with pytest.raises(ValueError, match="the pause from 2026-06-0"):
        clock.elapsed(at, at + 8 * DAY, intervals)


def test_what_was_found_is_dropped_when_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many contracts come by, memory is bounded, and the hours of each are right."""
    monkeypatch.setattr("xtreme_rules.decisions.when._KEPT", 3)
    when = When([option for option in FOLLOWED if option.entitlement.id == "online-support"])
    for days in (0, 1, 2, 3, 4, 0, 2):
        contract = attrs.evolve(CONTRACT, start=date(2026, 1, 1) + days * DAY)
        assert (
            when.hours({"contract": contract}).clock.next_open(local("2025-06-01T00:00"))
            == local("01-01 00:00") + days * DAY
        )


def test_what_is_found_is_kept_for_facts_that_matter_alone() -> None:
    """Hours are found once for the facts that the conditions read; other facts, and the moment, make no difference."""
    option = next(option for option in FOLLOWED if option.entitlement.id == "phone-support")
    when = When([option])
    hours = when.hours({"contract": CONTRACT})
    assert when.hours({"contract": CONTRACT, "incident": xr.Incident(id="I"), "at": LATER}) is hours
    assert when.hours({"contract": attrs.evolve(CONTRACT, package="elite")}) is not hours
