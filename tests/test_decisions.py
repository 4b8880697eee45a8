"""The laws of decisions. Each holds on every engine, over generated facts with unknowns."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from conftest import INSTALLED, bundled
from hypothesis import given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.cases import Case, read_cases
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option
from xtreme_rules.engines import engine_named
from xtreme_rules.language.parse import parse_condition
from xtreme_rules.language.template import LANGUAGES, Text
from xtreme_rules.language.tree import asks, reads
from xtreme_rules.testing import situations

OPTIONS = bundled().options
GRANTED = [case for case in read_cases(bundled())[0] if case.outcome is xr.Outcome.GRANTED]
options = st.sampled_from(OPTIONS)
engines = st.sampled_from(INSTALLED)


def without(value: Any, steps: list[str]) -> Any:
    """A value without what lies at a path; the whole of it if the path ends here."""
    if value is None or not steps:
        return None
    name, *rest = steps
    if name.endswith("[]"):
        items = getattr(value, name[:-2])
        return attrs.evolve(value, **{name[:-2]: items and tuple(without(item, rest) for item in items)})
    return attrs.evolve(value, **{name: without(getattr(value, name), rest)})


def blanked(facts: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Facts without those at some paths. What can't be unknown by itself goes with the fact that holds it."""
    left = dict(facts)
    for path in paths:
        name, *rest = path.split(".")
        if rest in (["id"], ["package_changes"]):
            rest = []
        left[name] = without(left.get(name), rest)
    return left


def asked(option: str) -> list[str]:
    return list(bundled().rules.entitlements[option].asks)


@st.composite
def less_and_more(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """An option, facts, and the same facts with more of them known."""
    if draw(st.booleans()):
        case: Case = draw(st.sampled_from(GRANTED))
        option, more = case.option, dict(case.facts)
        more |= draw(st.fixed_dictionaries({}, optional={name: st.just(None) for name in more}))
    else:
        option, more = draw(options), draw(situations())
    paths = draw(st.lists(st.sampled_from(asked(option)), max_size=4, unique=True))
    return option, blanked(more, paths), more


def both(text: Text) -> dict[str, str]:
    return {lang: text.in_language(lang).plain for lang in LANGUAGES}


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@given(engines, situations())
def test_deciding_all_is_deciding_each(engine: str, facts: dict[str, Any]) -> None:
    """decide_all gives exactly what decide gives, for each option, in the order of the rulebook."""
    rulebook = bundled(engine)
    together = rulebook.decide_all(**facts)
    assert tuple(together) == rulebook.options
    for option, decision in together.items():
        assert decision == rulebook.decide(option, **facts)


@given(engines, less_and_more())
def test_knowledge_is_stable(engine: str, drawn: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    """More knowledge never overturns an answer: what was met stays met, what was unmet stays unmet."""
    option, less, more = drawn
    before, after = bundled(engine).decide(option, **less), bundled(engine).decide(option, **more)
    if before.outcome is not xr.Outcome.NEEDS_INFORMATION:
        assert after.outcome is before.outcome
    assert set(before.unmet) <= set(after.unmet)
    assert set(before.met) <= set(after.met)


@given(engines, st.sampled_from(GRANTED), st.data())
def test_what_is_missing_is_all_that_is_needed(engine: str, case: Case, data: st.DataObject) -> None:
    """Filling in exactly the missing facts decides; while one of them is still missing, nothing is granted."""
    rulebook = bundled(engine)
    paths = data.draw(st.lists(st.sampled_from(asked(case.option)), min_size=1, unique=True))
    decision = rulebook.decide(case.option, **blanked(case.facts, paths))
    assert decision.outcome is xr.Outcome.NEEDS_INFORMATION
    missing = {re.sub(r"\[\d+\]", "[]", path) for path in decision.missing}
    rest = [path for path in asked(case.option) if path not in missing]
    assert rulebook.decide(case.option, **filled(case.facts, missing, rest)).granted
    one = data.draw(st.sampled_from(sorted(missing)))
    assert not rulebook.decide(case.option, **blanked(case.facts, [one])).granted


def filled(facts: dict[str, Any], missing: set[str], known: list[str]) -> dict[str, Any]:
    """The facts at the missing paths and at those that were known: everything that was asked for, and no more."""
    kept = {path.split(".")[0] for path in (*missing, *known)}
    return {name: value for name, value in facts.items() if name in kept}


def upgraded(facts: dict[str, Any], to: str) -> dict[str, Any]:
    """The same facts, but the contract has at least the package ``to`` throughout."""
    order = list(bundled().rules.packages)
    contract = facts.get("contract")
    if contract is None or contract.package is None:
        return facts

    def at_least(package: str) -> str:
        return max(package, to, key=order.index)

    changes = [attrs.evolve(change, package=at_least(change.package)) for change in contract.package_changes]
    return {**facts, "contract": attrs.evolve(contract, package=at_least(contract.package), package_changes=changes)}


@given(
    engines,
    st.one_of(situations(), st.sampled_from(GRANTED).map(lambda case: case.facts)),
    st.sampled_from(["premium", "elite"]),
)
def test_an_upgrade_never_takes_an_entitlement_away(engine: str, facts: dict[str, Any], package: str) -> None:
    """Whatever was granted is granted with a higher package too, and nothing new is denied."""
    rulebook = bundled(engine)
    after = rulebook.decide_all(**upgraded(facts, package))
    for option, before in rulebook.decide_all(**facts).items():
        if before.granted:
            assert after[option].granted
        assert set(after[option].unmet) <= set(before.unmet)


@given(engines, st.sampled_from(GRANTED), situations())
def test_reasons_are_sound(engine: str, case: Case, facts: dict[str, Any]) -> None:
    """Mend the facts that the reasons name, by those of a granted case, and none of these reasons is left."""
    rulebook = bundled(engine)
    decision = rulebook.decide(case.option, **facts)
    by_id = {condition.id: condition for condition in rulebook.rules.entitlements[case.option].conditions}
    for reason in decision.reasons if decision.unmet else ():
        names = {path.split(".")[0] for path in reads(by_id[reason.condition].when)}
        mended = {**facts, **{name: case.facts[name] for name in names}}
        assert reason.condition not in rulebook.decide(case.option, **mended).unmet


@given(engines, options, situations())
def test_reasons_are_complete(engine: str, option: str, facts: dict[str, Any]) -> None:
    """Every condition is met, unmet or unknown; reasons are all of the kind that makes the outcome, and only these."""
    decision = bundled(engine).decide(option, **facts)
    truths = {reason.condition: reason.truth for reason in decision.conditions}
    kind = {
        xr.Outcome.DENIED: "unmet",
        xr.Outcome.NEEDS_INFORMATION: "unknown",
        xr.Outcome.GRANTED: "met",
    }[decision.outcome]
    assert [reason.condition for reason in decision.reasons] == [
        name for name, truth in truths.items() if truth == kind
    ]
    for kind, names in (("met", decision.met), ("unmet", decision.unmet), ("unknown", decision.unknown)):
        assert list(names) == [name for name, truth in truths.items() if truth == kind]
    assert ("unmet" in truths.values()) == (decision.outcome is xr.Outcome.DENIED)
    assert decision.granted == (set(truths.values()) <= {"met"})
    for reason in decision.conditions:
        assert bool(reason.missing) == (reason.truth == "unknown")
        assert reason.text() == reason.text("en") != reason.text("nl")
        assert reason.sources or reason.assumptions


def test_what_is_settled_misses_nothing() -> None:
    """A condition that is met or unmet whatever else is true misses no fact, though it reads some that are not known."""
    rules = bundled().rules
    template = rules.entitlements["how-to"]
    either = parse_condition("component.standard or component.under_agreement", rules.schema)
    made = attrs.evolve(template.conditions[0], when=either)
    option = Option(rules, attrs.evolve(template, conditions=(made,)), engine_named("reference"))
    for standard, truth, missing in (
        (True, "met", ()),
        (False, "unknown", ("component.under_agreement",)),
        (None, "unknown", ("component.standard", "component.under_agreement")),
    ):
        facts = {"component": xr.Component(id="C", standard=standard)}
        (reason,) = Decision(option.verdict(facts), facts).conditions
        assert (reason.truth, reason.missing) == (truth, missing)


@given(engines, options, situations())
def test_an_answer_survives_json(engine: str, option: str, facts: dict[str, Any]) -> None:
    """The answer as JSON holds the facts, and deciding on them again gives the same answer."""
    rulebook = bundled(engine)
    decision = rulebook.decide(option, **facts)
    data = json.loads(json.dumps(decision.to_dict()))
    again = rulebook.decide(option, **xr.facts_from_json(json.dumps(data["facts"])))
    assert again == decision
    assert again.to_dict() == data
    assert data["outcome"] == decision.outcome.value
    assert data["conditions"] == {reason.condition: reason.truth for reason in decision.conditions}
    assert [ask["path"] for ask in data["missing"]] == list(decision.missing)
    for ask in data["missing"]:
        assert ask["question"] == {lang: decision.question(ask["path"], lang) for lang in LANGUAGES}
    for reason, said in zip(decision.reasons, data["reasons"], strict=True):
        assert {"text": said.pop("text"), "assumptions": said.pop("assumptions")} == {
            "text": {lang: reason.text(lang) for lang in LANGUAGES},
            "assumptions": [
                {"id": item.id, "reading": both(item.reading), "reason": both(item.reason)}
                for item in reason.assumptions
            ],
        }
        assert said == {name: plain(getattr(reason, name)) for name in ("condition", "truth", "sources", "missing")}


def test_a_grant_as_data() -> None:
    """Every part of it has its name: what was asked, the answer, the clauses, what comes with it, and the rulebook."""
    case = next(case for case in GRANTED if case.option == "special-event-weekend")
    decision = bundled().decide(case.option, **case.facts)
    entitlement = bundled().rules.entitlements[case.option]
    data = decision.to_dict()
    assert {name: data[name] for name in ("option", "title", "outcome", "sources", "granted_from", "missing")} == {
        "option": "special-event-weekend",
        "title": both(entitlement.title),
        "outcome": "granted",
        "sources": list(entitlement.sources),
        "granted_from": None,
        "missing": [],
    }
    assert data["remedies"] == []
    assert data["rulebook"] == decision.rulebook
    assert [(duty["id"], duty["text"], duty["sources"]) for duty in data["obligations"]] == [
        (duty.id, {lang: duty.text(lang) for lang in LANGUAGES}, list(duty.sources)) for duty in decision.obligations
    ]
    assert decision.obligations[0].text() == decision.obligations[0].text("en") != decision.obligations[0].text("nl")


@given(options, situations(), st.sampled_from(["nl", "en"]), st.sampled_from(["text", "html", "markdown"]))
def test_every_decision_can_be_explained(option: str, facts: dict[str, Any], lang: str, form: str) -> None:
    """Every decision has an explanation in both languages and every form; it names every condition and missing fact."""
    decision = bundled().decide(option, **facts)
    explanation = decision.explain(lang, form)
    for reason in decision.conditions:
        assert reason.condition in explanation
    for path in decision.missing:
        assert path in explanation
    assert "{" not in explanation


@given(options, situations())
def test_an_explanation_rests_on_what_decides(option: str, facts: dict[str, Any]) -> None:
    """It tells the assumptions behind the reasons and no others, and names them where a condition is not just met."""
    decision = bundled().decide(option, **facts)
    explanation = decision.explain("en", "markdown")
    told = {name for name in bundled().rules.assumptions if f"- `{name}`: " in explanation}
    assert told == {item.id for reason in decision.reasons for item in reason.assumptions}
    named = [item for item in decision.conditions if item.assumptions and (decision.granted or item.truth != "met")]
    assert explanation.count("*assumption: ") == len(named)


def sections(decision: xr.Decision) -> dict[str, str]:
    """What an explanation says under each heading."""
    blocks = decision.explain("en").split("\n\n")[1:-1]
    return {heading: said for heading, _, said in (block.partition("\n") for block in blocks)}


def test_an_explanation_says_under_each_heading_what_belongs_there() -> None:
    """What is an answer, a reason, a duty or a fact to ask bears its name; a moment and a remedy have none."""
    contract = xr.Contract(
        id="C", package="elite", start=date(2026, 1, 1), until=date(2028, 1, 1), timezone="Europe/Amsterdam"
    )
    denied = sections(bundled().decide("phone-support", contract=contract, at=datetime(2026, 6, 5, 20, tzinfo=UTC)))
    assert [*denied] == [
        "Why not",
        "From when it would be granted",
        "What would grant it",
        "In order",
        "What this rests on",
        "What the option is",
    ]
    assert denied["From when it would be granted"] == "  • Monday 8 June 2026 at 08:00 (CEST)"
    assert denied["What would grant it"] == "  • the moment: Monday 8 June 2026 at 08:00 (CEST)"
    assert denied["In order"] == (
        "  ✓ package: The contract has the package Xtreme or a higher one.\n"
        "  ✓ in-force: The contract is in force at that moment."
    )
    assert denied["What the option is"].startswith("  • You can call the support team during")
    case = next(case for case in GRANTED if case.option == "special-event-weekend")
    granted = sections(bundled().decide(case.option, **case.facts))
    assert [*granted] == ["Why", "What comes with it", "What this rests on", "What the option is"]
    assert granted["What comes with it"].startswith("  • engineer-assigned: A support engineer is assigned")
    assert granted["What comes with it"].count("      clause: “") == 2
    unknown = sections(bundled().decide("phone-support", contract=contract))
    assert [*unknown][:2] == ["Still open", "What is missing"]
    assert unknown["What is missing"].startswith("  ? at: ")


@pytest.mark.parametrize(
    ("holidays", "day", "lang", "ending"),
    [
        ("NL", 27, "en", "of the package (a public holiday)."),
        ("NL", 27, "nl", "van het pakket (een feestdag)."),
        ("NL", 26, "en", "of the package."),
        ("BE", 27, "en", "of the package."),
        (None, 27, "en", "of the package."),
    ],
)
def test_a_denial_says_that_the_day_is_a_public_holiday(holidays: str | None, day: int, lang: str, ending: str) -> None:
    """In both languages; only where it is one, by the contract."""
    contract = xr.Contract(
        id="C",
        package="xtreme",
        start=date(2026, 1, 1),
        until=date(2027, 1, 1),
        timezone="Europe/Amsterdam",
        holidays=holidays,
    )
    decision = bundled().decide("phone-support", contract=contract, at=datetime(2026, 4, day, 20, tzinfo=UTC))
    (reason,) = decision.reasons
    assert reason.text(lang).endswith(ending)


def test_an_answer_has_no_truth_value() -> None:
    """No ``if`` can hide the third answer: bool() of a decision and of an outcome raises and says what to ask."""
    decision = bundled().decide("online-groups")
    with pytest.raises(TypeError, match=r"^a decision is one of three, not true or false; use `decision.granted`$"):
        bool(decision)
    with pytest.raises(TypeError, match=r"^an outcome is one of three, .* compare it, or use `decision.granted`$"):
        bool(decision.outcome)


def test_an_answer_is_no_key() -> None:
    """Facts may be of any class, so a decision has no hash."""
    with pytest.raises(TypeError, match=r"unhashable type: 'Decision'"):
        hash(bundled().decide("online-groups"))


def test_obligations_come_with_a_grant_only() -> None:
    """Obligations are those of the rule file when granted, worded for the request, and none otherwise."""
    for case in GRANTED:
        decision = bundled().decide(case.option, **case.facts)
        written = bundled().rules.entitlements[case.option].obligations
        assert [duty.id for duty in decision.obligations] == [duty.id for duty in written]
        assert bundled().decide(case.option).obligations == ()
    saturday = next(case for case in GRANTED if case.option == "special-event-weekend")
    first = bundled().decide(saturday.option, **saturday.facts).obligations[0]
    assert first.text("nl").startswith("Er wordt een supportmedewerker toegewezen voor het weekend van zaterdag ")
    assert first.sources[0].startswith("U krijgt een supportmedewerker toegewezen")


@pytest.mark.parametrize("option", OPTIONS)
def test_every_condition_can_ask(option: str) -> None:
    """Every fact that an option can lack has a question in both languages."""
    decision = bundled().decide(option)
    assert decision.outcome is xr.Outcome.NEEDS_INFORMATION
    for condition in bundled().rules.entitlements[option].conditions:
        for path in asks(condition.when):
            assert decision.question(path, "nl").endswith("?")
            assert decision.question(path, "en").endswith("?")
            assert decision.question(path, "nl") != decision.question(path, "en")
