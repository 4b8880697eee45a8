"""Fact classes of one's own: what may be one, what is refused, and domains that a rulebook declares for them."""

import shutil
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import pytest
from conftest import bundled

import xtreme_rules as xr
from xtreme_rules.coverage.holidays import holidays_of

SOUND = Path(__file__).parent / "broken" / "sound"


@attrs.frozen(kw_only=True)
class Room(xr.Fact):
    floor: Annotated[int | None, xr.Declared("floor")] = None


@attrs.frozen(kw_only=True)
class House(xr.Fact):
    rooms: Sequence[Room] = ()


@attrs.frozen(kw_only=True)
class Flat(xr.Fact):
    room: Room | None = None


@attrs.frozen(kw_only=True)
class Tree(xr.Fact):
    parent: "Tree | None" = None


@attrs.frozen(kw_only=True)
class Plain:
    id: str


@attrs.define(kw_only=True)
class Mutable(xr.Fact):
    id: str


class Undecorated(xr.Fact):
    id: str


@attrs.frozen(kw_only=True)
class Numbered(xr.Fact):
    level: Literal[1, 2] = 1


@attrs.frozen(kw_only=True)
class Tagged(xr.Fact):
    tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Undefined(xr.Fact):
    other: "Nowhere"  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (bool, "thing: `<class 'bool'>` is no fact class; derive one from `xtreme_rules.Fact`"),
        (Plain, "thing: `Plain` is no fact class; derive it from `xtreme_rules.Fact`"),
        (tuple[Plain, ...], "thing: `Plain` is no fact class; derive it from `xtreme_rules.Fact`"),
        (tuple[int | str, ...], "thing: `int | str` is no fact class; derive it from `xtreme_rules.Fact`"),
        (Undecorated, "thing: `Undecorated` lacks its decorator, `@attrs.frozen(kw_only=True)`"),
        (Mutable, "thing: `Mutable` can be changed; decorate it with `@attrs.frozen(kw_only=True)`"),
        (Tagged, "thing: `str` is no fact class; derive it from `xtreme_rules.Fact`"),
        (Tree, "thing: `Tree` holds itself; a condition could not follow it to an end"),
        (Undefined, "thing: name 'Nowhere' is not defined"),
        (
            Numbered,
            "thing: Numbered.level: typing.Literal[1, 2] is no type of a fact;"
            " use bool, int, str, date, datetime, Literal or fact classes",
        ),
    ],
)
def test_what_is_no_fact_class_is_refused_when_it_is_given(annotation: object, message: str) -> None:
    """A class that could not be checked, or could change under a decision, is refused by ``load``."""
    with pytest.raises(xr.FactError) as error:
        xr.load(facts={"thing": annotation})
    assert str(error.value) == message


def sound(tmp_path: Path, condition: str, values: str = "") -> Path:
    """The sound rulebook of the broken ones, with a domain of whole numbers and one condition."""
    folder = tmp_path / "rules"
    shutil.copytree(SOUND, folder)
    head = (folder / "rulebook.yaml").read_text("utf-8")
    (folder / "rulebook.yaml").write_text(
        head.replace("questions:\n", 'questions:\n  room.floor: {nl: "Welke?", en: "Which?"}\n').replace(
            "domains:\n", "domains:\n  floor:\n    1: {nl: een, en: one}\n    2: {nl: twee, en: two}\n"
        ),
        "utf-8",
    )
    options = (folder / "entitlements.yaml").read_text("utf-8")
    first = options.index("  requires:\n")
    added = (
        f"  requires:\n    on-the-floor:\n      when: {condition}\n      source: Op de vloer.\n"
        "      requirement: {nl: Goed., en: Good.}\n      otherwise: {nl: 'Niet {room.floor}.', en: 'Not {room.floor}.'}\n"
    )
    (folder / "entitlements.yaml").write_text(
        options[:first] + values + added + options[first + len("  requires:\n") :], "utf-8"
    )
    return folder


def test_a_domain_may_declare_whole_numbers(tmp_path: Path, engine: str) -> None:
    """Values of an integer field are declared as whole numbers, checked, compared and shown by their titles."""
    folder = sound(tmp_path, "room.floor == 2 or room.floor in {2}")
    rulebook = xr.load(folder, facts={"room": Room, "house": House}, engine=engine)
    option = rulebook.options[0]
    assert "on-the-floor" in rulebook.decide(option, room=Room(floor=2)).met
    denied = rulebook.decide(option, room=Room(floor=1), house=House(rooms=[Room(floor=1), Room()]))
    assert "on-the-floor" in denied.unmet
    assert denied.reasons[0].text("nl") == "Niet een."
    for wrong, path in (
        ({"room": Room(floor=3)}, "room.floor"),
        ({"house": House(rooms=[Room(floor=3)])}, "house.rooms[0].floor"),
    ):
        with pytest.raises(xr.FactError) as error:
            rulebook.decide(option, **wrong)
        assert str(error.value) == f"{path}: unknown floor `3`; choose from `1`, `2`"


def test_whole_numbers_may_be_declared_for_facts_in_facts(tmp_path: Path, engine: str) -> None:
    """A domain is of whole numbers also where its fields lie deeper than in the facts themselves."""
    folder = sound(tmp_path, "flat.room.floor == 2")
    questions = folder / "rulebook.yaml"
    questions.write_text(questions.read_text("utf-8").replace("room.floor: {", "flat.room.floor: {"), "utf-8")
    options = folder / "entitlements.yaml"
    options.write_text(options.read_text("utf-8").replace("{room.floor}", "{flat.room.floor}"), "utf-8")
    rulebook = xr.load(folder, facts={"flat": Flat}, engine=engine)
    assert "on-the-floor" in rulebook.decide(rulebook.options[0], flat=Flat(room=Room(floor=2))).met


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("  values: {contract: 3}\n", "the name `contract` has a meaning already"),
        ("  values: {since: 3}\n", "the name `since` has a meaning already"),
        ("  values: {days: 3}\n", "the name `days` has a meaning already"),
    ],
)
def test_a_value_cannot_take_a_name_that_means_something(tmp_path: Path, values: str, message: str) -> None:
    """Names under ``values`` never hide a fact, a function or ``since``."""
    with pytest.raises(xr.RulebookError) as error:
        xr.load(sound(tmp_path, "room.floor == 2", values), facts={"room": Room})
    assert message in [diagnostic.message for diagnostic in error.value.diagnostics]


class Later(datetime):
    """What the datetimes of other libraries are: a subclass."""


CONTRACT = xr.Contract(
    id="c", package="elite", start=date(2026, 1, 1), until=date(2030, 1, 1), timezone="Europe/Amsterdam", holidays="NL"
)


def test_moments_of_any_datetime_class_are_taken(engine: str) -> None:
    """A datetime of a subclass is the moment it says, as a fact and in a fact, and is kept as a plain datetime."""
    decision = bundled(engine).decide("online-groups", contract=CONTRACT, at=Later(2026, 6, 1, 12, tzinfo=UTC))
    assert decision.granted
    assert type(decision.facts["at"]) is datetime
    assert type(xr.Incident(id="i", submitted_at=Later(2026, 6, 1, tzinfo=UTC)).submitted_at) is datetime


@pytest.mark.parametrize(
    "at", [datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC), datetime(2026, 6, 1)]
)
def test_moments_at_the_edge_are_refused_alike(engine: str, at: datetime) -> None:
    """What a fact refuses as its moment, a decision refuses as its ``at``, with the same words."""
    with pytest.raises(xr.FactError) as in_a_fact:
        xr.Incident(id="i", submitted_at=at)
    with pytest.raises(xr.FactError) as as_a_fact:
        bundled(engine).decide("online-groups", contract=CONTRACT, at=at)
    assert str(as_a_fact.value) == str(in_a_fact.value).replace("Incident.submitted_at", "at")


def test_plain_python_values_make_facts_too() -> None:
    """Dictionaries with dates, datetimes or fact objects in them, as databases and notebooks give, are read."""
    data: dict[str, Any] = {
        "contract": {"id": "c", "start": date(2026, 1, 1)},
        "at": datetime(2026, 6, 1, tzinfo=UTC),
        "bookings": [xr.Booking(id="b", contract_id="c", saturday=date(2026, 6, 6), status="booked")],
    }
    facts = xr.facts_from_data(data)
    assert facts["contract"] == xr.Contract(id="c", start=date(2026, 1, 1))
    assert facts["at"] == data["at"]
    assert facts["bookings"] == tuple(data["bookings"])


def test_threads_share_a_rulebook() -> None:
    """32 threads that meet a year's holidays for the first time at once all see them."""
    rulebook, answers = bundled(), []
    holidays_of.cache_clear()
    barrier = threading.Barrier(32)

    def ask() -> None:
        barrier.wait()
        for year in range(2026, 2030):
            at = datetime(year, 12, 25, 12, tzinfo=UTC)
            answers.append(rulebook.decide("critical-incident-support", contract=CONTRACT, at=at).unmet)

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [("working-day",)] * 32 * 4


def test_a_bundled_rulebook_stands_above_a_folder_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library works from any folder, also from one that holds something called ``xtreme``."""
    (tmp_path / "xtreme").mkdir()
    monkeypatch.chdir(tmp_path)
    assert xr.load().options == bundled().options


def test_two_versions_cannot_hold_from_one_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of two versions holds is never a matter of their folders' names."""
    for name in ("a", "b"):
        shutil.copytree(SOUND, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(xr.UnknownNameError, match=r"`a` and `b` both hold from"):
        xr.load(".")


@pytest.mark.parametrize(
    ("change", "cancelled", "own"),
    [("", 0, 0), ("count-cancelled-in-time: 1", 1, 0), ("count-own-booking: 1", 0, 1)],
)
def test_readings_of_the_quota_are_values_that_an_overlay_changes(
    tmp_path: Path, change: str, cancelled: int, own: int
) -> None:
    """Whether a booking cancelled in time counts, and whether the request's own does, is for the rule file to say."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"entitlements: {{special-event-weekend: {{values: {{{change}}}}}}}\n")
    rulebook = xr.load(overlay=overlay)
    weekend = xr.WeekendRequest(id="w", saturday=date(2026, 6, 13))
    before = xr.Booking(
        id="b1",
        contract_id="c",
        saturday=date(2026, 6, 6),
        status="cancelled",
        cancelled_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    mine = xr.Booking(id="b2", contract_id="c", saturday=date(2026, 6, 13), status="booked", request_id="w")
    for bookings, counts in ([before], cancelled), ([mine], own), ([before, mine], cancelled + own):
        decision = rulebook.decide("special-event-weekend", contract=CONTRACT, weekend=weekend, bookings=bookings)
        assert ("one-per-contract-year" in decision.unmet) == (counts > 0)
