"""Remedies: what would make a decision granted is found from the conditions, and checked by deciding again."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import bundled
from hypothesis import given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.decisions.option import Option
from xtreme_rules.decisions.remedies import remedies
from xtreme_rules.engines import engine_named
from xtreme_rules.language.parse import parse_condition
from xtreme_rules.testing import situations

RULES = bundled().rules
CONTRACT = xr.Contract(
    id="c1",
    package="elite",
    start=date(2026, 1, 1),
    until=date(2028, 1, 1),
    timezone="Europe/Amsterdam",
    holidays="NL",
)
REQUEST = xr.WeekendRequest(
    id="r1",
    saturday=date(2026, 12, 12),
    submitted_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    products=[xr.Component(id="p", standard=True)],
    accepts_english=True,
    implementation_consulting=False,
)
COMPONENT = xr.Component(id="p", standard=True, generally_available=True, under_agreement=True)
LATE = datetime(2026, 12, 1, 9, tzinfo=UTC)
JUNE = xr.Booking(id="june", contract_id="c1", saturday=date(2026, 6, 6), status="booked")
BOXING_DAY = xr.Booking(id="boxing", contract_id="c1", saturday=date(2026, 12, 26), status="booked")


def weekend(contract: dict[str, Any], request: dict[str, Any], bookings: tuple[xr.Booking, ...] = ()) -> xr.Decision:
    facts = {"contract": attrs.evolve(CONTRACT, **contract), "weekend": attrs.evolve(REQUEST, **request)}
    return bundled().decide("special-event-weekend", **facts, bookings=bookings)


#: Decision, and what would grant it: changes by path, as text.
CASES = {
    "too late": (
        weekend({}, {"submitted_at": LATE}),
        [
            "the weekend: Saturday 19 December 2026",
            "the submission of the request: no later than Saturday 28 November 2026",
        ],
    ),
    "a package too low": (weekend({"package": "premium"}, {}), ["the package: Xtreme Elite"]),
    "a weekend in the year is used": (weekend({}, {}, (JUNE,)), ["the weekend: Saturday 2 January 2027"]),
    "a weekend in the year is booked": (
        weekend({}, {}, (BOXING_DAY,)),
        ["the weekend: Saturday 2 January 2027", "cancellation of the booking: boxing (Saturday 26 December 2026)"],
    ),
    "across two contract years": (
        weekend({"start": date(2025, 12, 13), "until": date(2027, 12, 13)}, {}),
        ["the weekend: Saturday 5 December 2026", "the weekend: Saturday 19 December 2026"],
    ),
    "after the contract": (
        weekend({"until": date(2026, 12, 12)}, {}),
        ["the weekend: Saturday 5 December 2026"],
    ),
    "submission not known": (
        weekend({}, {"submitted_at": None}),
        ["the submission of the request: no later than Saturday 28 November 2026"],
    ),
    "not told": (weekend({}, {"accepts_english": None}), ["the customer accepts English: yes"]),
    "bookings not known": (
        bundled().decide("special-event-weekend", contract=CONTRACT, weekend=REQUEST),
        ["earlier bookings: none"],
    ),
    "two at once": (
        weekend({"package": "premium"}, {"accepts_english": False}),
        ["the customer accepts English: yes; the package: Xtreme Elite"],
    ),
    "two products": (
        weekend({}, {"products": [xr.Component(id=name, standard=False) for name in "ab"]}),
        ["a standard product: yes; a standard product: yes"],
    ),
    "at night": (
        bundled().decide("phone-support", contract=CONTRACT, at=datetime(2026, 6, 5, 20, tzinfo=UTC)),
        ["the moment: Monday 8 June 2026 at 08:00 (CEST)"],
    ),
    "another topic": (
        bundled().decide(
            "how-to", contract=CONTRACT, at=LATE, question=xr.Question(topic="installation", component=COMPONENT)
        ),
        ["the topic of the question: a process"],
    ),
    "no question": (bundled().decide("how-to", contract=CONTRACT, at=LATE), []),
    "granted": (weekend({}, {}), []),
    "nothing would do": (
        bundled().decide("phone-support", contract=CONTRACT, at=datetime(2029, 6, 5, 20, tzinfo=UTC)),
        [],
    ),
}


@pytest.mark.parametrize(("decision", "texts"), CASES.values(), ids=CASES)
def test_remedies_name_the_smallest_changes(decision: xr.Decision, texts: list[str]) -> None:
    """The nearest weekends, the last day to submit, the booking in the way, the package: whatever alone would do."""
    assert [remedy.text("en") for remedy in decision.remedies()] == texts
    explained = decision.explain()
    assert all(text.split(": ")[0] in explained for text in texts)
    assert [item["text"]["en"] for item in decision.to_dict()["remedies"]] == texts


def test_what_came_too_early_has_a_remedy_too(tmp_path: Path) -> None:
    """Where a rulebook takes no request so long before, the first moment is named at which it would."""
    folder = shutil.copytree(bundled().rules.folder, tmp_path / "rules")
    text = (folder / "entitlements.yaml").read_text("utf-8")
    most = text.replace(
        "weekend.saturday - day_of(weekend.submitted_at) >=", "weekend.saturday - day_of(weekend.submitted_at) <="
    )
    (folder / "entitlements.yaml").write_text(most, "utf-8")
    decision = xr.load(folder).decide("special-event-weekend", contract=CONTRACT, weekend=REQUEST, bookings=())
    earlier, later = decision.remedies()
    assert earlier.text() == "the weekend: Saturday 28 November 2026"
    assert later.text() == "the submission of the request: no sooner than Saturday 28 November 2026"
    (change,) = later.changes
    assert change.after == datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert change.after.tzinfo is UTC


def remedies_of(condition: str, **facts: Any) -> list[str]:
    """What would make an option of this one condition granted."""
    template = RULES.entitlements["how-to"]
    only = attrs.evolve(template.conditions[0], when=parse_condition(condition, RULES.schema))
    option = Option(RULES, attrs.evolve(template, conditions=(only,)), engine_named("reference"))
    return [remedy.text("en") for remedy in remedies(option, facts)]


def test_the_nearest_value_is_named_on_either_side() -> None:
    """Of values in an order, the nearest below and the nearest above; of others, each."""
    assert remedies_of('contract.package != "elite"', contract=CONTRACT) == ["the package: Xtreme Premium"]
    premium = attrs.evolve(CONTRACT, package="premium")
    assert remedies_of('contract.package != "premium"', contract=premium) == [
        "the package: Xtreme",
        "the package: Xtreme Elite",
    ]
    assert remedies_of('contract.package == "elite"', contract=attrs.evolve(CONTRACT, package=None)) == [
        "the package: Xtreme Elite"
    ]


def test_a_booking_can_be_cancelled_when_it_is_asked() -> None:
    """At the moment of the question, if it has one; else of the request; without either, nobody knows if it is in time."""
    used = "weekends_used(contract_year(weekend.saturday), 0, 1) == 0"
    cancelled = ["cancellation of the booking: boxing (Saturday 26 December 2026)"]
    asked = attrs.evolve(REQUEST, submitted_at=None)
    known: dict[str, Any] = {"contract": CONTRACT, "bookings": (BOXING_DAY,)}
    in_time, too_late = datetime(2026, 12, 25, 22, tzinfo=UTC), datetime(2026, 12, 25, 23, tzinfo=UTC)
    for facts, said in (
        ({"weekend": asked, "at": in_time}, cancelled),
        ({"weekend": asked, "at": too_late}, []),
        ({"weekend": REQUEST}, cancelled),
        ({"weekend": attrs.evolve(REQUEST, submitted_at=too_late)}, []),
        ({"weekend": REQUEST, "at": too_late}, []),
        ({"weekend": asked}, []),
    ):
        found = remedies_of(used, **known, **facts)
        assert [text for text in found if text.startswith("cancellation")] == said


def test_remedies_are_told_in_dutch() -> None:
    """The texts are in both languages, as the rule files name the facts."""
    remedies = weekend({}, {"submitted_at": LATE}).remedies()
    assert [remedy.text("nl") for remedy in remedies] == [
        "het weekend: zaterdag 19 december 2026",
        "de indiening van de aanvraag: uiterlijk zaterdag 28 november 2026",
    ]
    change = remedies[0].changes[0]
    assert (change.path, change.before, change.after) == ("weekend.saturday", date(2026, 12, 12), date(2026, 12, 19))


def test_remedies_are_data_too() -> None:
    """Each is the values that would do, by path, and what it says, in both languages; in English if none is asked."""
    first, second = weekend({}, {"submitted_at": LATE}).remedies()
    assert first.to_dict() == {
        "changes": {"weekend.saturday": "2026-12-19"},
        "text": {"nl": "het weekend: zaterdag 19 december 2026", "en": "the weekend: Saturday 19 December 2026"},
    }
    assert second.to_dict()["changes"] == {"weekend.submitted_at": "2026-11-28T22:59:59+00:00"}
    assert first.text() == first.changes[0].text() == first.text("en")


@settings(max_examples=60)
@given(situations(), st.sampled_from(bundled().options))
def test_a_remedy_grants(rulebook: xr.Rulebook, situation: dict[str, Any], option: str) -> None:
    """Deciding again over the changed facts grants; a granted decision has no remedy; of sets of changes none is idle."""
    decision = rulebook.decide(option, **situation)
    remedies = decision.remedies()
    assert not (decision.granted and remedies)
    for remedy in remedies:
        assert remedy.decision.granted
        assert rulebook.decide(option, **remedy.decision.facts).granted
        assert len({len(other.changes) for other in remedies}) == 1
        assert all(change.before != change.after for change in remedy.changes)


@settings(max_examples=40)
@given(situations(unknowns=False))
def test_a_weekend_denied_has_a_remedy_if_its_contract_runs_long_enough(situation: dict[str, Any]) -> None:
    """Whatever is known of a request, if some weekend of the contract could be had by it, a remedy says what to change."""
    decision = bundled().decide("special-event-weekend", **situation)
    if decision.granted:
        return
    contract, request = decision.facts["contract"], decision.facts["weekend"]
    following = bundled().next_weekend(
        contract, decision.facts["bookings"], submitted_at=request.submitted_at, request=request
    )
    if following is not None and abs((following.facts["weekend"].saturday - request.saturday).days) < 700:
        assert decision.remedies()


def test_a_remedy_that_takes_too_long_to_find_is_given_up() -> None:
    """However many facts are wrong at once, looking for remedies ends."""
    products = [xr.Component(id=f"p{number}", standard=False) for number in range(40)]
    assert weekend({}, {"products": products}).remedies() == ()
