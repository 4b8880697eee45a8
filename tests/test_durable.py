"""The durable engine's guards: its limits are said at load, its failures are mended, and nothing of it is left."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import bundled
from hypothesis import example, given
from hypothesis import strategies as st

native = pytest.importorskip("durable_rules_engine", reason="the durable engine needs durable_rules")

import xtreme_rules as xr  # noqa: E402
from xtreme_rules.engines.durable import host, memory  # noqa: E402
from xtreme_rules.engines.durable.host import Host  # noqa: E402
from xtreme_rules.engines.durable.memory import Memories  # noqa: E402
from xtreme_rules.engines.durable.program import Program  # noqa: E402
from xtreme_rules.engines.reference import walk_conditions  # noqa: E402
from xtreme_rules.errors import EngineError  # noqa: E402
from xtreme_rules.language.parse import parse_condition  # noqa: E402
from xtreme_rules.language.tree import Node, write  # noqa: E402
from xtreme_rules.rulebook.model import Condition  # noqa: E402
from xtreme_rules.testing import conditions, situations  # noqa: E402

RULES = bundled().rules
OPTIONS = RULES.entitlements.values()
A_CONDITION = next(iter(RULES.entitlements.values())).conditions[0]
FLAGS = [
    "component.standard",
    "component.generally_available",
    "component.under_agreement",
    "question.component.standard",
    "question.component.generally_available",
    "question.component.under_agreement",
    "programme.business_requirements_met",
    "access.authorised",
    "access.connection_provided",
    "access.customer_present",
    "subscription.critical_notifications",
    "programme.planning_allows",
    "programme.capacity_allows",
    "escalation.specialist_needed",
    "weekend.accepts_english",
    "weekend.implementation_consulting",
]


def condition(text: str, number: int = 0) -> Condition:
    place = ("plan.yaml", 1 + number, 7)
    return attrs.evolve(A_CONDITION, id=f"c{number}", when=parse_condition(text, RULES.schema), place=place)


def many(text: str, count: int) -> list[Condition]:
    return [condition(text.format(number), number) for number in range(count)]


ALTERNATIVES = " or ".join(f"contract_year(contract.start + days({number})) == 1" for number in range(13))
YEARS = " and ".join(f"contract_year(contract.start + days({number})) == 1" for number in range(16))
TRIPLES = zip(FLAGS, FLAGS[5:], FLAGS[10:], strict=False)


@pytest.mark.parametrize(
    ("beyond", "message"),
    [
        ([condition(" and ".join(FLAGS))], "plan.yaml:1:7: condition `c0` joins 17 facts, 16 at most"),
        (
            [condition(" and ".join(f"({one} or {other})" for one, other in zip(FLAGS[:6], FLAGS[6:], strict=False)))],
            "plan.yaml:1:7: condition `c0` has 70 alternatives, 60 at most",
        ),
        (
            [
                condition(
                    " and ".join(f"({' or '.join(three)} or not {three[0]} and not {three[2]})" for three in TRIPLES)
                )
            ],
            "plan.yaml:1:7: condition `c0` has more than 200 alternatives, 60 at most",
        ),
        (
            [condition(" and ".join(f"contract.start + days({number}) != weekend.saturday" for number in range(25)))],
            "plan.yaml:1:7: condition `c0` compares facts in 25 ways at once, 24 at most",
        ),
        (
            many("contract_year(day_of(at)) == {}", 61),
            "plan.yaml:31:7: condition `c30` is one too many: with it, there are 62 tests of"
            " `contract_year(day_of(at))`, 60 at most",
        ),
        (
            many("contract.start <= weekend.saturday and access.authorised and contract_year(day_of(at)) == {}", 40),
            "plan.yaml:31:7: condition `c30` is one too many: with it, there are 62 tests of"
            " `weekend.saturday`, 60 at most",
        ),
        (
            many("weekends_used(contract_year(weekend.saturday + days({})), 0, 0) < 3", 20),
            "plan.yaml:7:7: condition `c6` is one too many: with it, there are 63 tests of `bookings`, 60 at most",
        ),
        (
            many("contract_year(contract.start + days({})) == 1", 200),
            "plan.yaml:167:7: condition `c166` is one too many: with it, there are 501 different tests, 500 at most",
        ),
        (
            many(f"access.authorised and ({ALTERNATIVES}) and contract_year(day_of(at)) == {{}}", 20),
            "plan.yaml:20:7: condition `c19` is one too many: with it, 260 rules share a test, 250 at most",
        ),
    ],
)
def test_conditions_beyond_the_limits_are_refused(beyond: Sequence[Condition], message: str) -> None:
    with pytest.raises(xr.RulebookError) as error:
        Memories(RULES, [beyond])
    lines = str(error.value).splitlines()
    assert lines[0] == f"{message} on the engine `durable`"
    assert lines[1:] == ["  help: simplify it, or use the engine `compiled`"]


@pytest.mark.parametrize(
    "within",
    [
        many("contract_year(day_of(at)) == {}", 30),
        many("contract_year(contract.start + days({})) == 1", 160),
        many("contract.start <= weekend.saturday and access.authorised and contract_year(day_of(at)) == {}", 29),
        many("weekends_used(contract_year(weekend.saturday + days({})), 0, 0) < 3", 6),
        [condition("weekends_used(contract_year(weekend.saturday), 1, 1) > 4")],
        [condition(YEARS.rpartition(" and ")[0])],
        [condition(" and ".join(f"contract.start + days({number}) != weekend.saturday" for number in range(24)))],
        [condition(" and ".join(f"({one} or {other})" for one, other in zip(FLAGS[:5], FLAGS[5:], strict=False)))],
        many(f"access.authorised and ({ALTERNATIVES}) and contract_year(day_of(at)) == {{}}", 19),
    ],
    ids=lambda within: f"{len(within)} times {write(within[0].when)}"[:70],
)
def test_conditions_within_the_limits_are_decided(within: Sequence[Condition]) -> None:
    """As near to a limit as its margin allows, nothing fails."""
    reference = walk_conditions(RULES, within)
    with Memories(RULES, [within]).open() as kept:
        for number in range(4):
            facts = {**booked(number), "access": xr.RemoteAccess(authorised=number != 1)}
            assert kept.truths(0, facts) == reference(facts)


def test_limits_are_said_when_a_rulebook_is_loaded(tmp_path: Path) -> None:
    """With the place of the condition; on other engines the same rulebook is no mistake."""
    folder = tmp_path / "rules"
    shutil.copytree(bundled().rules.folder, folder)
    text = (folder / "entitlements.yaml").read_text("utf-8")
    more = text.replace("when: access.authorised\n", f"when: {YEARS}\n")
    (folder / "entitlements.yaml").write_text(more, "utf-8")
    for use in (lambda: xr.load(folder, engine="durable"), lambda: xr.load(folder).session(engine="durable")):
        with pytest.raises(xr.RulebookError) as error:
            use()
        assert re.fullmatch(
            r".*entitlements\.yaml:\d+:\d+: condition `authorised` joins 17 facts, 16 at most on the engine `durable`\n"
            r"  help: simplify it, or use the engine `compiled`",
            str(error.value),
        )


def is_within_limits(when: Node) -> bool:
    try:
        Program(RULES, [[attrs.evolve(A_CONDITION, when=when)]])
    except xr.RulebookError:
        return False
    return True


def without(sign: str, items: Sequence[Condition]) -> Memories:
    """The memories of conditions, in rulesets that lack the rules of one rail."""
    memories = Memories(RULES, [items])
    rules = json.loads(memories.program.definition)
    memories.program.definition = json.dumps({name: rule for name, rule in rules.items() if sign not in name})
    memories._renew([])
    return memories


def assert_right(when: Node, known: Sequence[dict[str, Any]]) -> None:
    """A memory that goes from situation to situation is right in each of them, and nothing fails on its way.

    So is each rail by itself: no rule is right only because it comes before one that is wrong.
    """
    items = [attrs.evolve(A_CONDITION, when=when)]
    expected = [walk_conditions(RULES, items)(facts) for facts in known]
    with (
        Memories(RULES, [items]).open() as whole,
        without("-", items).open() as met,
        without("+", items).open() as not_,
    ):
        sessions = [(kept._host, kept._session) for kept in (whole, met, not_)]
        assert [whole.truths(0, facts) for facts in known] == expected
        assert [met.truths(0, facts) for facts in known] == [(truths[0], 0) for truths in expected]
        assert [not_.truths(0, facts) for facts in known] == [(0, truths[1]) for truths in expected]
        assert [(kept._host, kept._session) for kept in (whole, met, not_)] == sessions


KNOWN = st.lists(situations(), min_size=1, max_size=4)


@given(conditions().filter(is_within_limits), KNOWN)
def test_a_memory_that_learns_is_as_the_reference(when: Node, known: list[dict[str, Any]]) -> None:
    """One memory goes from situation to situation, and is right about any condition in each of them."""
    assert_right(when, known)


@pytest.mark.parametrize(
    "text",
    [
        "access.authorised == weekend.accepts_english",
        "access.authorised != weekend.accepts_english",
        "access.authorised != False",
        "True == access.authorised",
        "access.authorised == True or not (weekend.accepts_english == True) and False != access.authorised",
        "weekend.saturday - contract.start + days(150) < days(300)",
        "contract.until - contract.start - days(365) <= weekend.saturday - contract.start + days(1)",
        "incident.responded_at - at < hours(1)",
        "True",
    ],
)
@given(KNOWN)
def test_conditions_of_each_form_are_right(text: str, known: list[dict[str, Any]]) -> None:
    """So it is about forms that random conditions take long to reach."""
    assert_right(parse_condition(text, RULES.schema), known)


TEXTS = st.sampled_from(["a", "b", "c", "1", "True", "ab", "é", "a" * 70_000, "a" * 70_000 + "b"])


@given(TEXTS, TEXTS, st.sampled_from(["component.id == weekend.id", 'component.id in {"a", "1"}', 'weekend.id != "b"']))
def test_texts_are_equal_if_they_are_the_same(one: str, other: str, text: str) -> None:
    """Whatever they hold and however long they are, and a number or a truth is none of them."""
    items = [condition(text)]
    facts = {"component": xr.Component(id=one), "weekend": xr.WeekendRequest(id=other)}
    with Memories(RULES, [items]).open() as kept:
        assert kept.truths(0, facts) == walk_conditions(RULES, items)(facts)


@given(
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-1, 4),
    st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)]),
    st.booleans(),
    KNOWN,
)
def test_a_quota_is_counted_by_joins(
    sign: str, number: int, kinds: tuple[int, int], turned: bool, known: list[dict[str, Any]]
) -> None:
    """Whatever a count of weekends is compared with, and whichever bookings count."""
    count = f"weekends_used(contract_year(weekend.saturday), {kinds[0]}, {kinds[1]})"
    text = f"{number} {sign} {count}" if turned else f"{count} {sign} {number}"
    when = parse_condition(text, RULES.schema)
    assert Program(RULES, [[attrs.evolve(A_CONDITION, when=when)]]).inputs.values == {}
    assert_right(when, known)


@given(
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(0, 4),
    st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)]),
    st.lists(
        st.sampled_from(["stands", "own", "cancelled in time", "of another contract", "of another request"]),
        max_size=60,
    ),
)
@example(">", 4, (1, 1), ["stands"] * 5)
@example("<", 2, (1, 0), ["stands", *["of another request"] * 6])
@example("==", 2, (0, 0), ["stands", "own", *["of another request"] * 6, "stands"])
def test_a_quota_is_counted_however_many_bookings_there_are(
    sign: str, number: int, kinds: tuple[int, int], bookings: list[str]
) -> None:
    """A year with a booking for each weekend is no more work than one with a few, and the count is right.

    So it is when only what is asked for changes, and with it which bookings are its own.
    """
    items = [condition(f"weekends_used(contract_year(weekend.saturday), {kinds[0]}, {kinds[1]}) {sign} {number}")]
    assert_counted(items, bookings)


counts = st.builds(
    "weekends_used(contract_year(weekend.saturday), {}, {}) {} {}".format,
    st.sampled_from([0, 1]),
    st.sampled_from([0, 1]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(0, 6),
)
OF_A_QUOTA = "weekends_used(contract_year(weekend.saturday), 1, 1)"


@given(
    st.lists(
        st.builds("{} {} {}".format, counts, st.sampled_from(["and", "or"]), counts) | counts, min_size=1, max_size=3
    ),
    st.lists(st.sampled_from(["stands", "own", "cancelled in time", "of another contract"]), max_size=8),
)
@example([f"{OF_A_QUOTA} >= 1 and {OF_A_QUOTA} < 3"], ["stands", "stands"])
@example([f"{OF_A_QUOTA} >= 2 and {OF_A_QUOTA} >= 1 or {OF_A_QUOTA} == 0"], ["stands", "stands"])
@example([f"{OF_A_QUOTA} >= 2 and {OF_A_QUOTA} == 1"], ["stands"])
@example([f"{OF_A_QUOTA} == 1 and {OF_A_QUOTA} == 2"], ["stands", "stands"])
@example([f"{OF_A_QUOTA} > 6", f"{OF_A_QUOTA} > 1"], ["stands"] * 7)
@example([f"{OF_A_QUOTA} > 0 and {OF_A_QUOTA.replace('1, 1', '0, 0')} > 0"], ["stands"])
@example([f"{OF_A_QUOTA} > 0 and {OF_A_QUOTA.replace('1, 1', '0, 1')} < 1"], ["stands"])
def test_several_counts_of_the_same_bookings_are_right(texts: list[str], bookings: list[str]) -> None:
    """A booking may count in several of them, in one condition and in several."""
    assert_counted([condition(text, number) for number, text in enumerate(texts)], bookings)


def assert_counted(items: Sequence[Condition], bookings: Sequence[str]) -> None:
    """A memory is right about bookings of some kinds, and so it is when only what is asked for changes."""
    facts = booked(2)
    of_kind = {
        "stands": {"request_id": None},
        "own": {"saturday": facts["weekend"].saturday},
        "cancelled in time": {"status": "cancelled", "cancelled_at": facts["at"]},
        "of another contract": {"contract_id": "another"},
        "of another request": {"saturday": facts["weekend"].saturday, "request_id": "another"},
    }
    facts["bookings"] = tuple(
        attrs.evolve(facts["bookings"][0], id=f"B{at}", **of_kind[kind]) for at, kind in enumerate(bookings)
    )
    reference = walk_conditions(RULES, items)
    with Memories(RULES, [items]).open() as kept:
        assert kept.truths(0, facts) == reference(facts)
        facts = {**facts, "weekend": attrs.evolve(facts["weekend"], id="another")}
        assert kept.truths(0, facts) == reference(facts)


def test_moments_are_told_apart() -> None:
    """However little lies between them."""
    items = [condition("incident.responded_at < at"), condition("at - incident.responded_at <= hours(1)", 1)]
    reference = walk_conditions(RULES, items)
    at = booked(0)["at"] + timedelta(microseconds=1)
    with Memories(RULES, [items]).open() as kept:
        for apart in (timedelta(0), timedelta(hours=-1)):
            for microseconds in (-1, 0, 1):
                moment = at + apart + timedelta(microseconds=microseconds)
                facts = {"at": at, "incident": xr.Incident(id="I", responded_at=moment)}
                assert kept.truths(0, facts) == reference(facts)


def test_nothing_is_asked_twice(memories: Memories, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is known is the same, so is the answer; the native engine does not hear of it."""
    heard: list[str] = []
    for name in ("assert_fact", "retract_fact", "ask"):
        call = getattr(Host, name)
        monkeypatch.setattr(Host, name, lambda *words, name=name, call=call: (heard.append(name), call(*words))[1])
    with memories.open() as kept:
        first = kept.truths(WEEKENDS, booked(1))
        assert {*heard} == {"assert_fact", "ask"}
        heard.clear()
        assert kept.truths(WEEKENDS, booked(1)) == first
        assert heard == []


@pytest.fixture
def memories() -> Memories:
    return Memories(RULES, [item.conditions for item in RULES.entitlements.values()])


WEEKENDS = list(RULES.entitlements).index("special-event-weekend")


def booked(number: int) -> dict[str, Any]:
    """A situation with a contract, a request and a booking of their own."""
    from test_sessions import AT, BOOKING, CONTRACT, WEEKEND

    return {
        "contract": attrs.evolve(CONTRACT, id=f"C{number}"),
        "weekend": attrs.evolve(WEEKEND, id=f"W{number}"),
        "bookings": (attrs.evolve(BOOKING, contract_id=f"C{number + number % 2}", request_id=f"W{number}"),),
        "at": AT,
    }


REFERENCE = walk_conditions(RULES, RULES.entitlements["special-event-weekend"].conditions)


def test_texts_do_not_pile_up(memories: Memories, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_TOKENS", 20)
    with memories.open() as kept:
        for number in range(100):
            assert kept.truths(WEEKENDS, booked(number)) == REFERENCE(booked(number))
            assert len(kept._tokens) <= 20 + 4


def test_sessions_spread_over_rulesets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ruleset holds a bounded number of sessions; room that is left is used again."""
    monkeypatch.setattr(host, "MOST_SESSIONS", 2)
    memories = Memories(RULES, [item.conditions for item in OPTIONS])
    opened = [memories.open() for _ in range(5)]
    hosts = [kept._host for kept in opened]
    assert [hosts.index(found) for found in hosts] == [0, 0, 2, 2, 4]
    for number, kept in enumerate(opened):
        assert kept.truths(WEEKENDS, booked(number)) == REFERENCE(booked(number))
    opened[1].close()
    assert memories.open()._host is hosts[0]


def test_a_ruleset_that_fails_is_given_up(memories: Memories) -> None:
    """Everything is told to another one; other sessions of the ruleset go on too."""
    first, second = memories.open(), memories.open()
    assert first.truths(WEEKENDS, booked(1)) == second.truths(WEEKENDS, booked(1)) == REFERENCE(booked(1))
    broken = first._host
    native.delete_ruleset(broken._handle)
    broken._finalizer.detach()
    for why in (".*111.*", "its ruleset was given up"):
        with pytest.raises(EngineError, match=f"^the engine `durable` failed: {why}; use the engine `compiled`$"):
            broken.open()
    for kept in (first, second):
        for number in (2, 3):
            assert kept.truths(WEEKENDS, booked(number)) == REFERENCE(booked(number))
    assert first._host is second._host is not broken


def test_a_ruleset_may_fail_while_it_is_asked(memories: Memories) -> None:
    """The question is asked again, of another ruleset, and who asked does not notice."""
    kept = memories.open()
    broken = kept._host
    assert kept.truths(WEEKENDS, booked(1)) == REFERENCE(booked(1))
    native.delete_ruleset(broken._handle)
    broken._finalizer.detach()
    assert broken.usable
    assert kept.truths(WEEKENDS, booked(2)) == REFERENCE(booked(2))
    assert kept._host is not broken


def test_an_answer_that_is_none_of_its_question_is_a_failure(
    memories: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read into it."""
    kept = memories.open()
    number = kept._program.questions[WEEKENDS][0]
    monkeypatch.setattr(Host, "ask", lambda *_: f"{number}x")
    with pytest.raises(EngineError) as error:
        kept.truths(WEEKENDS, booked(1))
    assert str(error.value) == (
        f"the engine `durable` failed: the question q{number} was answered by the rule {number}x; "
        "use the engine `compiled`"
    )


def test_an_engine_that_keeps_failing_says_so(memories: Memories, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = memories.open()
    kept._host._failed = True
    monkeypatch.setattr(host, "TOUCH", "nothing")
    with pytest.raises(EngineError) as error:
        kept.truths(WEEKENDS, booked(1))
    assert str(error.value) == (
        "the engine `durable` failed: the question nothing has no answer; use the engine `compiled`"
    )


def test_a_ruleset_goes_when_nobody_uses_it(capfd: pytest.CaptureFixture[str]) -> None:
    """Its handle is given back; it starts no thread and prints nothing."""
    threads = threading.active_count()
    kept = Memories(RULES, [RULES.entitlements["special-event-weekend"].conditions]).open()
    kept.truths(0, booked(1))
    handle = kept._host._handle
    session = kept._session
    assert native.get_state(handle, session)
    del kept
    with pytest.raises(native.error, match="111"):
        native.get_state(handle, session)
    assert threading.active_count() == threads
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["assert_fact", "retract_fact", "ask"])
def test_what_is_done_by_half_is_thrown_away(memories: Memories, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whatever call an interruption comes after, the change can be made again, and the answers are right."""
    first, then = booked(1), {**booked(2), "access": xr.RemoteAccess(authorised=False)}
    expected = [walk_conditions(RULES, item.conditions)(then) for item in OPTIONS]
    for left in range(1, 100):
        with memories.open() as kept, monkeypatch.context() as patched:
            for group in range(len(expected)):
                kept.truths(group, first)
            calls = count(1)
            call = getattr(kept._host, kind)

            def interrupted(*arguments: Any, call: Any = call, calls: Any = calls, left: int = left) -> Any:
                done = call(*arguments)
                if next(calls) == left:
                    raise KeyboardInterrupt
                return done

            patched.setattr(kept._host, kind, interrupted)
            with suppress(KeyboardInterrupt):
                for group in range(len(expected)):
                    kept.truths(group, then)
            assert [kept.truths(group, then) for group in range(len(expected))] == expected
            if next(calls) <= left:
                break
    assert 2 < left < 99


def test_names_of_sessions_are_told_apart() -> None:
    """durable_rules knows a session by a hash of 32 bits; of the names that a ruleset uses, no two have the same."""

    def fnv(text: str) -> int:
        found = 2_166_136_261
        for letter in text.encode():
            found = (found ^ letter) * 16_777_619 & 0xFFFFFFFF
        return found

    assert fnv("s31597") == fnv("s618190")
    names = Host('{"0?": {"all": [{"q": {"touch": 1}}], "pri": 1}}')._names
    assert len({fnv(name) for name in names}) == len(names) == 1_000


def test_a_session_may_be_dropped_in_the_midst_of_another(memories: Memories) -> None:
    """The collector of garbage may close a session while its ruleset is busy: it is closed before the next call."""
    kept, dropped = memories.open(), memories.open()

    def busy() -> None:
        dropped.close()
        assert native.get_state(kept._host._handle, dropped._session)

    kept._host._alone(busy)
    assert kept.truths(WEEKENDS, booked(1)) == REFERENCE(booked(1))
    with pytest.raises(native.error):
        native.get_state(kept._host._handle, dropped._session)


def test_without_durable_rules_a_hint_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "durable_rules_engine.py").write_text("raise ImportError('no durable_rules here')")
    program = "import xtreme_rules as xr; rulebook = xr.load(); print(rulebook.session()); {}"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    for use in ("rulebook.session(engine='durable')", "xr.load(engine='durable')"):
        words = [sys.executable, "-c", program.format(use)]
        run = subprocess.run(words, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
        assert run.stdout == "<Session of xtreme: nothing known>\n"
        assert run.stderr.splitlines()[-1] == (
            "ImportError: the engine `durable` needs durable_rules; run: pip install 'xtreme-rules[durable]'"
            " (CPython 3.11 or 3.12, with a C compiler)"
        )
