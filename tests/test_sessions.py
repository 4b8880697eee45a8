"""Sessions: what is learned fact by fact gives the decisions of what is known, and every change is told once."""

import copy
import gc
import logging
import pickle
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import INSTALLED, ROOT, bundled, harbour
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from test_cases import HARBOUR_DAYS

import xtreme_rules as xr
from xtreme_rules.engines import ENGINES, Evaluator, Truths
from xtreme_rules.errors import SessionError
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import Condition, RuleSet
from xtreme_rules.testing import situations

CONTRACT = xr.Contract(
    id="C", package="elite", start=date(2026, 1, 1), until=date(2029, 1, 1), timezone="Europe/Amsterdam", holidays="NL"
)
WEEKEND = xr.WeekendRequest(
    id="W",
    saturday=date(2026, 12, 12),
    submitted_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    products=(xr.Component(id="P", standard=True),),
    accepts_english=True,
    implementation_consulting=False,
)
ACCESS = xr.RemoteAccess(authorised=True, connection_provided=True, customer_present=False)
BOOKING = xr.Booking(id="B", contract_id="C", saturday=date(2026, 7, 4), status="booked")
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
OPTION = "special-event-weekend"


def answers(decisions: dict[str, xr.Decision]) -> dict[str, tuple[Any, ...]]:
    return {
        name: (found.outcome, found.met, found.unmet, found.unknown, found.missing) for name, found in decisions.items()
    }


class Learning(RuleBasedStateMachine):
    """A session beside a plain mapping of what it should know."""

    engine = "compiled"

    def __init__(self) -> None:
        super().__init__()
        self.session = bundled().session(engine=self.engine)
        self.known: dict[str, Any] = {}
        self.told = dict(self.session.decisions())
        self.session.on_change(self.heard)

    def heard(self, before: xr.Decision, after: xr.Decision) -> None:
        assert answers({"": self.told[before.option]}) == answers({"": before})
        self.told[after.option] = after

    @rule(facts=situations(), several=st.sampled_from([1, 1, 2, 20]))
    def learn(self, facts: dict[str, Any], several: int) -> None:
        """Facts are added if they are new, and otherwise refused, all of them."""
        new = dict(list(facts.items())[-several:])
        after, refused = dict(self.known), False
        for name, value in new.items():
            if name == "bookings":
                items = {item.id: item for item in after.get(name, ())}
                refused = refused or bool(items and not value)
                refused = refused or any(items.get(item.id, item) != item for item in value)
                after[name] = tuple({**items, **{item.id: item for item in value}}.values())
            else:
                refused = refused or after.get(name, value) != value
                after[name] = value
        if refused:
            with pytest.raises(xr.FactError, match="is known already, with "):
                self.session.assert_fact(**new)
        else:
            self.session.assert_fact(**new)
            self.known = after

    @rule(facts=situations())
    def correct(self, facts: dict[str, Any]) -> None:
        """Facts take the place of others of the same name."""
        new = {name: value for name, value in facts.items() if name in self.known and name != "bookings"}
        self.session.update(**new)
        self.known |= new

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """A fact that is retracted is unknown again."""
        if self.known:
            name = data.draw(st.sampled_from(sorted(self.known)))
            self.session.retract(name)
            del self.known[name]

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """One item of a list can be retracted; a list without items is known to be empty."""
        if self.known.get("bookings"):
            item = data.draw(st.sampled_from(self.known["bookings"]))
            self.session.retract("bookings", item.id)
            self.known["bookings"] = tuple(other for other in self.known["bookings"] if other != item)

    @invariant()
    def it_decides_on_what_is_known(self) -> None:
        assert dict(self.session.facts) == self.known
        assert answers(self.session.decisions()) == answers(bundled("reference").decide_all(**self.known))

    @invariant()
    def every_change_was_told(self) -> None:
        assert answers(self.told) == answers(self.session.decisions())

    def teardown(self) -> None:
        self.session.close()


def test_a_session_decides_on_what_is_known(engine: str) -> None:
    """Whatever is learned, corrected and forgotten, a session decides as if it had known it from the start."""
    machine = type(f"LearningOn{engine.capitalize()}", (Learning,), {"engine": engine})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, stateful_step_count=15))


class Counting:
    """An engine that notes the option, by its own condition, of each evaluation."""

    def __init__(self) -> None:
        self.evaluated: list[tuple[Condition, ...]] = []

    def __call__(self, rules: RuleSet, conditions: Any) -> Evaluator:
        evaluate = ENGINES["compiled"](rules, conditions)

        def counted(facts: dict[str, Any]) -> Truths | None:
            self.evaluated.append(tuple(conditions))
            return evaluate(facts)

        return counted


@pytest.mark.parametrize(
    "change",
    [
        {"access": attrs.evolve(ACCESS, customer_present=True)},
        {"access": ACCESS},
        {"at": datetime(2026, 6, 1, 10, tzinfo=UTC)},
        {"contract": attrs.evolve(CONTRACT, package="premium")},
        {"contract": attrs.evolve(CONTRACT, holidays=None)},
        {"incident": xr.Incident(id="I", severity=1, responded_at=AT)},
        {"incident": xr.Incident(id="I", severity=2)},
        {"weekend": attrs.evolve(WEEKEND, accepts_english=False)},
        {"weekend": attrs.evolve(WEEKEND, products=(xr.Component(id="P"),)), "access": ACCESS},
    ],
    ids=lambda change: " and ".join(change),
)
def test_only_the_options_concerned_are_decided_again(change: dict[str, Any]) -> None:
    """An option is decided again exactly if a condition of it reads something that is not as it was."""
    engine = Counting()
    rulebook = xr.Rulebook(bundled().rules, engine)
    with rulebook.session() as session:
        before = {"contract": CONTRACT, "weekend": WEEKEND, "access": ACCESS, "at": AT}
        before |= {"incident": xr.Incident(id="I", severity=1), "bookings": ()}
        session.assert_fact(**before)
        engine.evaluated.clear()
        session.update(**change)

    def differs(path: str) -> bool:
        name, *rest = path.split(".")
        old, new = before.get(name), change.get(name, before.get(name))
        for step in rest:
            old, new = old and getattr(old, step), new and getattr(new, step)
        return old != new

    entitlements = bundled().rules.entitlements.values()
    assert engine.evaluated == [
        item.conditions
        for item in entitlements
        if any(differs(path) for c in item.conditions for path in reads(c.when))
    ]


@pytest.fixture
def session(engine: str) -> Iterator[Any]:
    """A session that knows a contract, an arrangement for remote access, and a booking."""
    with bundled().session(engine=engine) as opened:
        opened.assert_fact(contract=CONTRACT, access=ACCESS, bookings=BOOKING)
        yield opened


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda s: s.assert_fact(contract=WEEKEND),
            f"contract: expected a Contract, got {repr(WEEKEND)[:80]}… (WeekendRequest)",
        ),
        (lambda s: s.assert_fact(acces=ACCESS), "acces: unknown fact; did you mean `access`?"),
        (lambda s: s.assert_fact(contract=None), "contract: must be given; use `retract` to forget a fact"),
        (
            lambda s: s.assert_fact(contract=attrs.evolve(CONTRACT, package="premium")),
            "contract: is known already, with other content; use `update` to replace it",
        ),
        (
            lambda s: s.assert_fact(bookings=attrs.evolve(BOOKING, saturday=date(2026, 7, 11))),
            "bookings: `B` is known already, with other content; use `update` to replace it",
        ),
        (lambda s: s.update(weekend=WEEKEND), "weekend: is not known; use `assert_fact`"),
        (
            lambda s: s.update(bookings=attrs.evolve(BOOKING, id="B2")),
            "bookings: `B2` is not known; use `assert_fact`",
        ),
        (lambda s: s.retract("weekend"), "weekend: is not known; there is nothing to forget"),
        (lambda s: s.retract("weekends"), "weekends: unknown fact; did you mean `weekend`?"),
        (lambda s: s.retract("bookings", "B2"), "bookings: `B2` is not known; there is nothing to forget"),
        (lambda s: s.retract("bookings", ["B"]), "bookings: `['B']` is no id; give ids one by one"),
        (lambda s: s.retract([]), "`[]` is no name of a fact; give one, such as `contract`"),
        (lambda s: s.assert_fact(bookings=[]), "bookings: is known already, with items; use `retract` to forget them"),
        (
            lambda s: s.retract("bookings", "B", "B2", None),
            "bookings: `B2` is not known; there is nothing to forget\n"
            "bookings: `None` is not known; there is nothing to forget",
        ),
        (lambda s: s.update(bookings=[]), "bookings: names no item; use `retract` to forget items"),
        (
            lambda s: s.update(bookings=[BOOKING, attrs.evolve(BOOKING, contract_id="D")]),
            "bookings: `B` is given twice; give each item once",
        ),
        (
            lambda s: s.assert_fact(bookings=[attrs.evolve(BOOKING, id="B2")] * 2),
            "bookings: `B2` is given twice; give each item once",
        ),
        (lambda s: s.reload(None), "expected a rulebook, got `None`; `load` gives one"),
        (
            lambda s: s.reload(harbour(HARBOUR_DAYS[-1])),
            "`harbour` is no version of `xtreme`; open a session of its own",
        ),
        (
            lambda s: s.on_change(None),
            "expected a plain function of two decisions, got `None`; a coroutine can be scheduled from one",
        ),
        (
            lambda s: s.assert_fact(acess=ACCESS, access=attrs.evolve(ACCESS, authorised=None)),
            "acess: unknown fact; did you mean `access`?\n"
            "access: is known already, with other content; use `update` to replace it",
        ),
        (lambda s: s.retract("contract", "C"), "contract: has no items; use `retract('contract')`"),
        (
            lambda s: s.assert_fact(question=xr.Question(topic="cooking"), at=datetime(2026, 1, 1), incident=None),
            "incident: must be given; use `retract` to forget a fact\n"
            "question.topic: unknown topic `cooking`; choose from `implementation`, `installation`, `process`, "
            "`product-functionality`, `specific-function`\n"
            "at: 2026-01-01T00:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
        ),
    ],
)
def test_a_change_that_is_refused_changes_nothing(session: Any, change: Callable[[Any], None], message: str) -> None:
    """Every problem is named, and what was known and decided stays, also of facts given together with a wrong one."""
    facts, decisions = dict(session.facts), answers(session.decisions())
    with pytest.raises((xr.FactError, xr.SessionError)) as error:
        change(session)
    assert sorted(str(error.value).splitlines()) == sorted(message.splitlines())
    assert dict(session.facts) == facts
    assert answers(session.decisions()) == decisions


def test_what_is_known_may_be_asserted_again(session: Any) -> None:
    told: list[Any] = []
    session.on_change(lambda before, after: told.append(after))
    session.assert_fact(contract=CONTRACT, bookings=[BOOKING])
    session.retract("bookings", BOOKING)
    session.assert_fact(bookings=[])
    assert session.facts["bookings"] == ()
    assert told == []


def test_an_item_takes_the_place_of_the_one_with_its_id(session: Any) -> None:
    session.assert_fact(weekend=WEEKEND, bookings=attrs.evolve(BOOKING, id="B2", saturday=date(2025, 7, 5)))
    assert session.decision(OPTION).unmet == ("one-per-contract-year",)
    session.update(bookings=attrs.evolve(BOOKING, status="cancelled", cancelled_at=AT))
    assert session.decision(OPTION).granted
    assert [item.id for item in session.facts["bookings"]] == ["B", "B2"]


def test_names_that_do_not_exist_are_refused(session: Any) -> None:
    with pytest.raises(xr.UnknownNameError, match=r"^unknown option `remote-acces`; did you mean `remote-access`\?$"):
        session.decision("remote-acces")
    with pytest.raises(xr.UnknownNameError, match=r"^unknown option `\[\]`"):
        session.decision([])
    with pytest.raises(xr.UnknownNameError, match=r"^unknown engine `durabel`; did you mean `durable`\?$"):
        bundled().session(engine="durabel")
    with pytest.raises(xr.UnknownNameError, match=r"^unknown engine `\[\]`"):
        bundled().session(engine=[])


def test_a_session_that_was_closed_is_not_used_again(session: Any) -> None:
    assert repr(session) == "<Session of xtreme: contract, access, bookings known>"
    session.close()
    session.close()
    assert repr(session) == "<Session of xtreme: contract, access, bookings known, closed>"
    uses: list[Callable[[], Any]] = [
        lambda: session.assert_fact(at=AT),
        lambda: session.update(access=ACCESS),
        lambda: session.retract("access"),
        lambda: session.decision(OPTION),
        session.decisions,
        lambda: session.on_change(print),
        lambda: session.reload(bundled()),
    ]
    for use in uses:
        with pytest.raises(SessionError, match=r"^the session is closed; open another one with `rulebook"):
            use()


def test_a_callback_that_raises_is_reported_and_loses_nothing(session: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The change stands, other callbacks hear of it, and the log says which callback failed on what."""
    heard: list[xr.Decision] = []

    @session.on_change
    def fails(before: xr.Decision, after: xr.Decision) -> None:
        raise ValueError("no such ticket")

    session.on_change(lambda before, after: heard.append(after))
    with caplog.at_level(logging.ERROR, "xtreme_rules.sessions"):
        session.assert_fact(weekend=WEEKEND)
        assert [session.decision(OPTION)] == heard
        session.update(access=attrs.evolve(ACCESS, customer_present=True))
    assert [(found.option, found.outcome.value) for found in heard] == [
        (OPTION, "denied"),
        ("remote-access", "needs_information"),
    ]
    assert [record.getMessage() for record in caplog.records] == [
        f"the callback `{fails.__qualname__}` raised when `{OPTION}` changed from needs_information to denied",
        f"the callback `{fails.__qualname__}` raised when `remote-access` changed from denied to needs_information",
    ]
    assert "no such ticket" in caplog.text


def test_a_callback_may_use_the_session(session: Any) -> None:
    """What a callback changes is told after what it was called for, in the order of the changes."""
    heard: list[tuple[str, str]] = []

    @session.on_change
    def ask(before: xr.Decision, after: xr.Decision) -> None:
        if after.option == OPTION and "one-per-contract-year" in after.unmet:
            session.retract("bookings", "B")

    session.on_change(lambda before, after: heard.append((before.outcome.value, after.outcome.value)))
    session.assert_fact(weekend=WEEKEND)
    assert heard == [("needs_information", "denied"), ("denied", "granted")]


def test_callbacks_hear_that_less_is_missing(session: Any) -> None:
    """Who asks the customer for what is missing hears of each answer, though the outcome stays."""
    heard: list[tuple[str, ...]] = []
    session.on_change(lambda before, after: heard.append(after.missing) if after.option == OPTION else None)
    session.assert_fact(weekend=xr.WeekendRequest(id="W"))
    session.update(weekend=xr.WeekendRequest(id="W", products=[xr.Component(id="P")]))
    assert [("weekend.products" in missing, "weekend.products[0].standard" in missing) for missing in heard] == [
        (True, False),
        (False, True),
    ]


def test_a_change_does_not_begin_in_the_midst_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal may come then, and its handler use the session of the thread that it interrupts: nothing gets lost."""
    session = bundled().session()
    deciding = session._state.deciding
    concerned = deciding.concerned

    def interrupted(*arguments: Any) -> list[int]:
        session.assert_fact(at=AT)
        return concerned(*arguments)

    monkeypatch.setattr(deciding, "concerned", interrupted)
    with pytest.raises(
        xr.SessionError, match=r"^the session is in the midst of a change; change it when that is done$"
    ):
        session.assert_fact(access=ACCESS)
    monkeypatch.undo()
    assert dict(session.facts) == {}
    session.assert_fact(access=ACCESS)


def test_closing_in_the_midst_of_a_change_waits_for_its_end(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal may come then, and its handler close the session: the change is done, and nothing of it is elsewhere."""
    session = bundled().session(engine=engine)
    deciding = session._state.deciding
    concerned = deciding.concerned

    def interrupted(*arguments: Any) -> list[int]:
        session.close()
        return concerned(*arguments)

    monkeypatch.setattr(deciding, "concerned", interrupted)
    session.assert_fact(contract=CONTRACT, access=ACCESS, weekend=WEEKEND, bookings=BOOKING, at=AT)
    monkeypatch.undo()
    with pytest.raises(SessionError, match="is closed"):
        session.decision(OPTION)
    with bundled().session(engine=engine) as another:
        another.assert_fact(weekend=WEEKEND, bookings=[])
        expected = bundled("reference").decide_all(weekend=WEEKEND, bookings=[])
        assert answers(another.decisions()) == answers(expected)


@pytest.mark.parametrize("use", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_session_is_not_copied(session: Any, use: Callable[[Any], Any]) -> None:
    with pytest.raises(
        TypeError, match=r"^a session is not copied or sent; open another one with `rulebook\.session\(\)`"
    ):
        use(session)


@pytest.mark.parametrize("kind", ["coroutine", "generator", "generator of coroutines"])
def test_a_callback_that_would_never_run_is_refused(session: Any, kind: str) -> None:
    async def coroutine(before: xr.Decision, after: xr.Decision) -> None: ...

    def generator(before: xr.Decision, after: xr.Decision) -> Iterator[None]:
        yield

    async def both(before: xr.Decision, after: xr.Decision) -> AsyncIterator[None]:
        yield

    callbacks = {"coroutine": coroutine, "generator": generator, "generator of coroutines": both}
    with pytest.raises(SessionError, match=r"^expected a plain function of two decisions, got `<function .*"):
        session.on_change(callbacks[kind])


def test_an_interruption_leaves_a_session_that_tells() -> None:
    """Wherever in a change something interrupts the program, callbacks hear of the next one."""
    told: list[str] = []

    def callback(before: xr.Decision, after: xr.Decision) -> None:
        told.append(after.outcome.value)

    for last in count(1):
        left = last

        def interrupt(frame: Any, event: str, argument: Any) -> None:
            nonlocal left
            left -= event in ("call", "return") and "xtreme_rules" in frame.f_code.co_filename
            if left == 0:
                raise KeyboardInterrupt

        session = bundled().session()
        session.assert_fact(contract=CONTRACT, at=AT)
        session.on_change(callback)
        sys.setprofile(interrupt)
        try:
            session.assert_fact(access=ACCESS)
        except KeyboardInterrupt:
            pass
        finally:
            sys.setprofile(None)
        session.retract("contract")
        session.assert_fact(contract=CONTRACT)
        told.clear()
        if "access" not in session.facts:
            session.assert_fact(access=ACCESS)
            assert told == ["denied"]
            told.clear()
        session.update(access=attrs.evolve(ACCESS, customer_present=True))
        assert told == ["granted"]
        if left > 0:
            break
    assert last > 20


@attrs.frozen(kw_only=True)
class Tag(xr.Fact):
    id: int | None = None
    text: str = "a"


def test_items_may_have_any_id_or_none(engine: str) -> None:
    rulebook = xr.load(facts={"tags": Sequence[Tag]}, engine=engine)
    with rulebook.session() as session:
        session.assert_fact(tags=[Tag(id=1), Tag(text="a"), Tag(text="b")])
        with pytest.raises(xr.FactError, match=r"^tags: `1` is known already, with other content"):
            session.assert_fact(tags=Tag(id=1, text="c"))
        session.retract("tags", 1, Tag(text="a"))
        assert session.facts["tags"] == (Tag(text="b"),)
        with pytest.raises(xr.FactError, match=r"^tags: `\[1\]` is no id; give ids one by one$"):
            session.retract("tags", [1])


def test_an_interrupted_callback_leaves_the_rest_for_the_next_change(session: Any) -> None:
    """What was not told yet is told then, to whoever was not told, before what is newer."""
    heard: list[str] = []
    others: list[str] = []

    @session.on_change
    def interrupted(before: xr.Decision, after: xr.Decision) -> None:
        heard.append(after.option)
        if len(heard) == 1:
            raise KeyboardInterrupt

    session.on_change(lambda before, after: others.append(after.option))
    with pytest.raises(KeyboardInterrupt):
        session.assert_fact(weekend=WEEKEND, at=AT)
    assert (len(heard), others) == (1, [])
    session.update(access=attrs.evolve(ACCESS, customer_present=True))
    assert heard == others
    assert {OPTION, "remote-access"} <= set(heard)


def test_threads_share_a_session(engine: str) -> None:
    """Changes of many threads happen one after another; each is told once, and no reader sees half of one."""
    with bundled().session(engine=engine) as session:
        told: list[tuple[xr.Decision, xr.Decision]] = []
        torn: list[xr.Decision] = []
        telling = threading.Lock()
        start = session.decisions()

        @session.on_change
        def tell(before: xr.Decision, after: xr.Decision) -> None:
            if not telling.acquire(blocking=False):  # two callbacks at once
                torn.append(after)
                return
            told.append((before, after))
            telling.release()

        session.assert_fact(contract=CONTRACT, access=ACCESS, at=AT, weekend=WEEKEND, bookings=())

        def change(number: int) -> None:
            for turn in range(30):
                present, english = (number + turn) % 2 == 0, (number + turn) % 3 == 0
                session.update(
                    access=attrs.evolve(ACCESS, customer_present=present),
                    weekend=attrs.evolve(WEEKEND, accepts_english=english),
                )
                found = session.decision("remote-access")
                if found.granted is not found.facts["access"].customer_present:
                    torn.append(found)

        threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        now = session.decisions()
    assert torn == []
    for option, first in start.items():
        chain = [first, *(after for _, after in told if after.option == option)]
        befores = [before for before, _ in told if before.option == option]
        assert [answers({"": found}) for found in chain[:-1]] == [answers({"": found}) for found in befores]
        assert answers({"": chain[-1]}) == answers({"": now[option]})


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("engine", [name for name in INSTALLED if name != "reference"])
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of the process from /proc")
def test_sessions_come_and_go_without_a_trace(engine: str) -> None:
    """10,000 sessions opened, used and closed need no more memory than 1,000; nor do they start threads."""
    rulebook, before, threads = bundled(), 0, threading.active_count()
    for number in range(10_000):
        with rulebook.session(engine=engine) as session:
            session.assert_fact(access=ACCESS, bookings=BOOKING, contract=attrs.evolve(CONTRACT, id=f"C{number}"))
        if number == 1_000:
            before = resident()
    assert resident() - before < 4_000_000
    assert threading.active_count() == threads


@pytest.fixture
def strict(tmp_path: Path) -> xr.Rulebook:
    """The bundled rulebook, asking for four weeks' notice."""
    overlay = tmp_path / "four-weeks.yaml"
    overlay.write_text("entitlements:\n  special-event-weekend:\n    values:\n      notice-days: 28\n", "utf-8")
    return xr.load(overlay=overlay)


def test_another_version_takes_over_between_two_decisions(engine: str, strict: xr.Rulebook) -> None:
    """While the rulebook is replaced, each decision is of one version or of the other, whole."""
    with bundled().session(engine=engine) as session:
        session.assert_fact(contract=CONTRACT, weekend=WEEKEND, bookings=())
        seen: set[tuple[bool, bool]] = set()
        done = threading.Event()

        def look() -> None:
            while not done.is_set():
                found = session.decision(OPTION)
                seen.add((found.granted, found.rulebook == strict.identity))

        readers = [threading.Thread(target=look) for _ in range(4)]
        for reader in readers:
            reader.start()
        for _ in range(20):
            session.reload(strict)
            session.reload(bundled())
        while (True, False) not in seen:
            pass
        session.reload(strict)
        while (False, True) not in seen:
            pass
        done.set()
        for reader in readers:
            reader.join()
        assert seen == {(True, False), (False, True)}


def test_callbacks_hear_of_another_version(engine: str, strict: xr.Rulebook) -> None:
    heard: list[tuple[str, str, str]] = []
    with bundled().session(engine=engine) as session:
        session.assert_fact(contract=CONTRACT, weekend=WEEKEND, bookings=())
        session.on_change(lambda before, after: heard.append((after.option, before.outcome.value, after.outcome.value)))
        session.reload(strict)
        assert heard == [(OPTION, "granted", "denied")]
        session.update(weekend=attrs.evolve(WEEKEND, submitted_at=datetime(2026, 11, 2, tzinfo=UTC)))
        assert session.decision(OPTION).granted
        assert session.decision(OPTION).rulebook == strict.identity


def test_a_version_that_does_not_take_the_facts_is_refused(engine: str, tmp_path: Path) -> None:
    """The session stays with the version it had."""
    folder = shutil.copytree(ROOT / "tests" / "broken" / "sound", tmp_path / "rules")
    text = (folder / "rulebook.yaml").read_text("utf-8")
    (folder / "rulebook.yaml").write_text(text.replace("name: sound", "name: xtreme"), "utf-8")
    with bundled().session(engine=engine) as session:
        session.assert_fact(contract=CONTRACT)
        before = answers(session.decisions())
        with pytest.raises(xr.FactError, match=r"^contract\.package: unknown package `elite`"):
            session.reload(xr.load(folder))
        assert answers(session.decisions()) == before
