"""Engines agree, on rulebooks that nobody wrote too; and what says so finds it where they do not."""

import operator
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import attrs
import pytest
from conftest import INSTALLED, bundled, harbour, harbour_facts
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from test_cases import HARBOUR_DAYS
from test_frames import drawn

import xtreme_rules as xr
from xtreme_rules import testing
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.engines import ENGINES, Evaluator, Truths, engine_named
from xtreme_rules.engines.frame import trees
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.facts.types import Declared, fields_of, type_of
from xtreme_rules.language.parse import parse_condition
from xtreme_rules.language.tree import walk, write
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError
from xtreme_rules.rulebook.model import Condition, RuleSet
from xtreme_rules.testing import (
    agreement,
    assert_engines_agree,
    conditions,
    fact_classes,
    forgotten,
    frames,
    own_facts,
    rulebooks,
    situations,
)
from xtreme_rules.testing.classes import classes_in, source

PLANS = [bundled(), *map(harbour, HARBOUR_DAYS)]
plans = pytest.mark.parametrize("plan", PLANS, ids=str)
#: Searching for an example, and no more.
SEARCH = settings(max_examples=2_000, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@st.composite
def ruled(draw: st.DrawFn) -> tuple[xr.Rulebook, list[dict[str, Any]]]:
    """A rulebook that nobody wrote, and some situations."""
    rulebook = draw(rulebooks())
    return rulebook, draw(st.lists(situations(rulebook), min_size=1, max_size=4))


# Engines agree


@plans
@settings(max_examples=15)
@given(st.data())
def test_engines_agree_on_a_rulebook(plan: xr.Rulebook, data: st.DataObject) -> None:
    """Every engine says the same of every condition of a rulebook, in every situation."""
    assert_engines_agree(plan, *data.draw(st.lists(situations(plan), min_size=1, max_size=6)))


@settings(max_examples=50)
@given(ruled())
def test_engines_agree_on_rulebooks_that_nobody_wrote(drawn: tuple[xr.Rulebook, list[dict[str, Any]]]) -> None:
    """Every engine says the same of random conditions over random fact classes, in every situation."""
    rulebook, rows = drawn
    assert_engines_agree(rulebook, *rows)


@settings(max_examples=40)
@given(st.data())
def test_engines_agree_on_conditions_over_ones_own_facts(data: st.DataObject) -> None:
    """So they do where the fact classes are given."""
    rulebook = data.draw(rulebooks(facts=harbour_facts()))
    assert set(rulebook.rules.schema.facts) == {*STANDARD_FACTS, "vessel"}
    assert_engines_agree(rulebook, data.draw(situations(rulebook)), engines=INSTALLED)


# Where they do not, it is found and told


def unknown_is_unmet(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """An engine of two values."""
    evaluate = engine_named("reference")(rules, conditions)

    def decide(facts: dict[str, Any]) -> Truths | None:
        met, _ = evaluate(facts) or (0, 0)
        return met, ~met & (1 << len(conditions)) - 1

    return decide


def and_is_or(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """An engine that reads one word wrongly."""
    wrong = [
        attrs.evolve(c, when=parse_condition(write(c.when).replace(" and ", " or "), rules.schema)) for c in conditions
    ]
    return engine_named("reference")(rules, wrong)


def disagreement(rulebook: xr.Rulebook, *rows: Mapping[str, Any], engine: Any) -> str:
    """What is told of an engine; nothing if it agrees."""
    try:
        assert_engines_agree(rulebook, *rows, engines=[engine])
    except AssertionError as error:
        return str(error)
    return ""


def test_a_disagreement_names_everything() -> None:
    """Which option and condition, its text, what each engine says, and the facts; for every condition at once."""
    access = xr.RemoteAccess(customer_present=False)
    with pytest.raises(AssertionError) as error:
        assert_engines_agree(bundled(), {"access": access}, {}, engines=["compiled", unknown_is_unmet])
    lines = str(error.value).splitlines()
    count = 2 * sum(len(option.conditions) for option in bundled().rules.entitlements.values()) - 1
    assert lines[0] == f"the engines disagree in {count} places"
    assert lines[-1] == f"and {count - 5} more"
    assert lines[1:5] == [
        "option `critical-solution-notification`, condition `package`: " + write(first_condition().when),
        "  reference: unknown, compiled: unknown, unknown_is_unmet: unmet",
        "  where",
        "    access = RemoteAccess(customer_present=False)",
    ]
    assert len(lines) < 30


def test_engines_of_one_name_are_told_apart() -> None:
    """None takes the place of another one, nor of the arbiter."""

    def reference(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
        return unknown_is_unmet(rules, conditions)

    with pytest.raises(AssertionError, match=r"  reference: unknown, reference \(2\): unmet, reference \(3\): unmet\n"):
        assert_engines_agree(bundled(), {}, engines=[reference, reference, "reference"])


def test_nothing_to_compare_is_said() -> None:
    for known, engines in (((), None), (({},), []), (({},), ["reference"])):
        with pytest.raises(ValueError, match=r"^nothing is compared; give situations, and engines if you choose them$"):
            assert_engines_agree(bundled(), *known, engines=engines)
    assert_engines_agree(bundled(), {}, engines="compiled")


def test_situations_are_given_one_by_one() -> None:
    facts: Any = [{}]
    with pytest.raises(
        TypeError, match=r"^expected facts by name, got \[\{\}\]; give situations one by one, or a list"
    ):
        assert_engines_agree(bundled(), facts)


def first_condition() -> Condition:
    return next(iter(bundled().rules.entitlements.values())).conditions[0]


def test_two_situations_that_differ_are_told_apart() -> None:
    """Facts are told as they are made, those in lists too, without what is not known; or that nothing is."""
    weekend = xr.WeekendRequest(id="w", products=[xr.Component(id="p"), xr.Component(id="q", standard=True)])
    told = disagreement(bundled(), {"weekend": weekend, "bookings": []}, engine=unknown_is_unmet)
    assert (
        "    weekend = WeekendRequest(id='w', products=[Component(id='p'), Component(id='q', standard=True)])" in told
    )
    assert "    bookings = []" in told
    assert "  where nothing is known" in disagreement(bundled(), {}, engine=unknown_is_unmet)


def test_a_wrong_engine_is_found_by_a_small_example() -> None:
    """A planted mistake shrinks to one condition and what it takes to see it, on rulebooks that nobody wrote."""
    pairs = rulebooks(facts={}).flatmap(lambda rulebook: st.tuples(st.just(rulebook), situations(rulebook)))
    rulebook, facts = find(pairs, lambda pair: bool(disagreement(*pair, engine=and_is_or)), settings=SEARCH)
    (option,) = rulebook.rules.entitlements.values()
    (condition,) = option.conditions
    assert len(list(walk(condition.when))) <= 7
    assert len(facts) <= 2
    with pytest.raises(AssertionError, match=f"condition `condition-1`: {re.escape(write(condition.when))}\n"):
        assert_engines_agree(rulebook, facts, engines=[and_is_or])


def test_the_frame_engine_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table says otherwise is told as well, with the identifiers that the rows have."""
    monkeypatch.setattr(trees, "OPERATORS", {**trees.OPERATORS, ">=": operator.gt})
    day = date(2026, 1, 10)
    weekend = xr.WeekendRequest(id="w", saturday=day, submitted_at=datetime(2025, 12, 27, tzinfo=UTC))
    situation = {"contract": xr.Contract(id="c", timezone="UTC"), "weekend": weekend}
    told = disagreement(bundled(), {}, situation, engine="frame")
    assert "\n  reference: met, frame: unmet\n" in told
    assert "    contract = Contract(id='c.1', timezone='UTC')" in told


def test_a_row_that_a_table_refuses_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps a table from its answer is told in the place of the answer."""
    monkeypatch.setattr(frames, "apart", lambda situations: [{"contract": twice} for _ in situations])
    twice = xr.Contract(id="c", package="elite", package_changes=[change(1), change(2)])
    object.__setattr__(twice, "package_changes", (change(1), change(1)))  # which no contract has
    told = disagreement(bundled(), {}, engine="frame")
    assert "reference: unknown, frame: refused (contract.package_changes.day: is there more than once)" in told


def change(day: int) -> xr.PackageChange:
    return xr.PackageChange(day=date(2026, 1, day), package="premium")


def test_an_engine_that_fails_is_named() -> None:
    """An exception of an engine comes out with the facts; facts that an engine does not take are a disagreement."""

    def fails(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
        return lambda facts: 1 // 0

    def of_no_condition(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
        return lambda facts: (1 << len(conditions), 0)

    def refuses(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
        return lambda facts: None

    with pytest.raises(ZeroDivisionError) as error:
        assert_engines_agree(bundled(), {"escalation": xr.Escalation()}, engines=[fails])
    assert error.value.__notes__ == ["the engine `fails` decides where\n{'escalation': Escalation()}"]
    assert "reference: unknown, refuses: refused these facts" in disagreement(bundled(), {}, engine=refuses)
    assert "reference: unknown, of_no_condition: masks of more than " in disagreement(
        bundled(), {}, engine=of_no_condition
    )
    with pytest.raises(UnicodeEncodeError) as raised:  # which a table cannot hold
        assert_engines_agree(bundled(), {"component": xr.Component(id="\ud800")}, engines=["frame"])
    assert raised.value.__notes__[0].startswith(
        "the engine `frame` decides where\n{'component': Component(id='\\ud800')}"
    )


def test_an_engine_that_is_named_must_be_able_to() -> None:
    """By itself, an engine is asked for the options within its limits; if it is named, what it cannot is an error."""
    limits: list[int] = []

    def small(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
        if len(conditions) > 4:
            raise RulebookError([Diagnostic("entitlements.yaml", 1, 1, "is too large")])
        limits.append(len(conditions))
        return unknown_is_unmet(rules, conditions)

    with pytest.raises(RulebookError, match="is too large"):
        assert_engines_agree(bundled(), {}, engines=[small])
    limits.clear()
    with pytest.raises(xr.UnknownNameError, match="unknown engine `compild`; did you mean `compiled`"):
        assert_engines_agree(bundled(), {}, engines=["compild"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENGINES, "durable", small)
        patch.setattr(agreement, "_usable", lambda: ("durable",))
        with pytest.raises(AssertionError) as error:
            assert_engines_agree(bundled(), {})
    assert str(error.value).startswith(f"the engines disagree in {sum(limits)} places")
    assert max(limits) == 4


def test_facts_that_are_none_are_refused() -> None:
    """A mistake in a situation is no agreement."""
    with pytest.raises(xr.FactError, match="unknown fact"):
        assert_engines_agree(bundled(), {"wekend": None})


# What strategies give


def test_a_fact_may_be_drawn_by_a_strategy_of_ones_own() -> None:
    """In the place of the one that is not known how to draw well; of a fact that there is."""
    one = xr.Component(id="one")
    drawn_ones = drawn(situations(strategies={"component": st.just(one)}), 40)
    assert {facts.get("component") for facts in drawn_ones} == {one, None}
    assert all(
        "component" in facts for facts in drawn(situations(unknowns=False, strategies={"component": st.just(one)}), 10)
    )
    with pytest.raises(xr.UnknownNameError, match=r"^unknown fact `componnt`; did you mean `component`\?"):
        drawn(situations(strategies={"componnt": st.just(one)}), 1)


@attrs.frozen(kw_only=True)
class Probe(xr.Fact):
    """What there are several of; most are told apart by their id, and one has none."""

    id: str | None = None
    depth: int = 0


def test_items_of_ones_own_class_are_told_apart() -> None:
    """As a session takes them: no two of one id, nor two equal ones without."""
    rulebook = xr.load(facts={"probes": Sequence[Probe]})
    for facts in drawn(situations(rulebook), 100):
        with rulebook.session() as session:
            session.assert_fact(**facts)
            assert dict(session.facts) == facts


@plans
@settings(max_examples=50)
@given(st.data())
def test_situations_are_facts_of_their_rulebook(plan: xr.Rulebook, data: st.DataObject) -> None:
    """Every fact is taken as it is, with its declared values; with all known, none is left out; so if some is forgotten."""
    situation = data.draw(situations(plan))
    less = data.draw(forgotten(situation))
    assert plan.rules.schema.fits(situation)
    assert plan.rules.schema.fits(less)
    assert set(less) <= set(situation)
    known = data.draw(situations(plan, unknowns=False))
    assert plan.rules.schema.fits(known)
    assert list(known) == list(plan.rules.schema.facts)


@pytest.mark.parametrize("plan", PLANS[:2], ids=str)
def test_situations_reach_every_outcome(plan: xr.Rulebook) -> None:
    """Of every option there are situations in which it is granted, denied and open."""
    left = {(option, outcome) for option in plan.options for outcome in Outcome}

    def reached(facts: dict[str, Any]) -> bool:
        left.difference_update((name, decision.outcome) for name, decision in plan.decide_all(**facts).items())
        return not left

    with suppress(NoSuchExample):  # what is left says more
        find(situations(plan), reached, settings=settings(SEARCH, max_examples=3_000, phases=[Phase.generate]))
    assert left == set()


def test_a_situation_shrinks_to_what_matters() -> None:
    """What is left of a situation that is denied for one reason is what that takes, as early as can be."""
    option = "special-event-weekend"
    found = find(
        situations(), lambda facts: "two-weeks-notice" in bundled().decide(option, **facts).unmet, settings=SEARCH
    )
    assert set(found) == {"contract", "weekend"}
    assert found["contract"] == xr.Contract(id="A", timezone="UTC")
    assert attrs.evolve(found["weekend"], saturday=None, submitted_at=None) == xr.WeekendRequest(id="A")
    assert find(situations(), lambda facts: True, settings=SEARCH) == {}


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [
        (testing.components, xr.Component),
        (testing.contracts, xr.Contract),
        (testing.incidents, xr.Incident),
        (testing.questions, xr.Question),
        (testing.weekend_requests, xr.WeekendRequest),
        (lambda plan, unknowns: testing.escalations(unknowns=unknowns), xr.Escalation),
        (lambda plan, unknowns: testing.programmes(unknowns=unknowns), xr.AdopterProgramme),
        (lambda plan, unknowns: testing.remote_accesses(unknowns=unknowns), xr.RemoteAccess),
        (lambda plan, unknowns: testing.subscriptions(unknowns=unknowns), xr.Subscription),
        (
            lambda plan, unknowns: own_facts(harbour_facts()["vessel"], plan, unknowns=unknowns),
            harbour_facts()["vessel"],
        ),
    ],
)
def test_facts_of_each_kind_are_of_their_rulebook(strategy: Callable[..., Any], kind: type[xr.Fact]) -> None:
    """Each strategy gives facts of its class; with everything known, what may be none is all that is."""
    plan = PLANS[1]
    name = next(name for name, annotation in plan.rules.schema.annotations.items() if annotation is kind)
    for fact in drawn(strategy(plan, unknowns=True), 30):
        assert plan.rules.schema.fits({name: fact})
    for fact in drawn(strategy(plan, unknowns=False), 30):
        lacking = {field for field in fields_of(kind) if getattr(fact, field) is None}
        assert lacking <= {"holidays", "responded_at"}


@attrs.frozen(kw_only=True)
class Picky(xr.Fact):
    """Of two numbers, the second is the larger one."""

    low: int
    high: int
    grade: Annotated[str | None, Declared("grade")] = None

    def _problems(self) -> Any:
        if self.high <= self.low:
            yield xr.Problem("high", "is not more than low")


def test_what_a_class_refuses_is_drawn_again() -> None:
    """Facts of a class with checks of its own pass them; values of a domain that no rulebook declares are any texts."""
    found = drawn(own_facts(Picky), 30)
    assert all(fact.low < fact.high for fact in found)
    assert {fact.grade for fact in found} > {None}


@settings(max_examples=60)
@given(rulebooks(), st.data())
def test_rulebooks_are_read_as_they_were_written(rulebook: xr.Rulebook, data: st.DataObject) -> None:
    """A rulebook that nobody wrote has been read from rule files; its conditions, and further ones, read back."""
    drawn_ones = [c.when for option in rulebook.rules.entitlements.values() for c in option.conditions]
    for tree in (*drawn_ones, data.draw(conditions(rulebook))):
        assert parse_condition(write(tree), rulebook.rules.schema) == tree
    for option in rulebook.options:
        assert rulebook.decide(option).explain("nl")


@settings(max_examples=60)
@given(fact_classes())
def test_a_fact_class_is_shown_as_it_is_written(cls: type[xr.Fact]) -> None:
    """What is printed of a generated class is the text that makes it."""
    names: dict[str, Any] = dict(NAMES)
    for inner in classes_in(type_of(cls)[0]):
        exec(source(inner), names)
    assert shape(names["Thing"]) == shape(cls)


NAMES = {
    "xr": xr,
    "attrs": attrs,
    "date": date,
    "datetime": datetime,
    "Annotated": Annotated,
    "Literal": Literal,
    "Sequence": Sequence,
}


def shape(cls: type) -> dict[str, Any]:
    """The fields of a class and of those in it, by name."""
    return {
        name: (str(field.type), field.type.choices, field.type.domain, field.optional, field.required)
        if field.type.record is None or field.type.record is xr.Component
        else (field.type.name, field.optional, shape(field.type.record))
        for name, field in fields_of(cls).items()
    }


def test_a_rulebook_that_fails_is_shown() -> None:
    """A failing test prints the classes and the rule files: what a reader needs to make the rulebook again."""

    @settings(SEARCH, phases=[Phase.generate, Phase.shrink])
    @given(rulebooks())
    def fails(rulebook: xr.Rulebook) -> None:
        assert len(rulebook.rules.schema.facts) == len(STANDARD_FACTS)

    with pytest.raises(AssertionError) as error:
        fails()
    (shown,) = (note for note in error.value.__notes__ if note.startswith("@attrs.frozen"))
    classes, head, entitlements = re.split(r"\n\n# (?:rulebook|entitlements).yaml\n", shown)
    names: dict[str, Any] = dict(NAMES)
    exec(classes, names)
    assert len(names["FACTS"]) == 1
    with TemporaryDirectory() as folder:
        Path(folder, "rulebook.yaml").write_text(head, "utf-8")
        Path(folder, "entitlements.yaml").write_text(entitlements, "utf-8")
        assert xr.load(folder, facts=names["FACTS"]).options == ("option-1",)


def test_without_hypothesis_it_says_what_to_install() -> None:
    """The strategies say which extra brings what they lack."""
    code = "import sys; sys.modules['hypothesis'] = None; import xtreme_rules.testing"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=dict(os.environ))
    hint = "ImportError: the strategies need hypothesis; run: pip install 'xtreme-rules[testing]'"
    assert run.stderr.splitlines()[-1] == hint


def test_all_that_is_published_is_there() -> None:
    """The facade is sorted, and has a docstring for every name."""
    assert testing.__all__ == sorted(testing.__all__)
    assert all(getattr(testing, name).__doc__ for name in testing.__all__)
