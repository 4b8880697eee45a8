"""The queue: a strict total order that does not depend on the order of arrival, and says why."""

import json
import pickle
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import ROOT, bundled
from desk import CONTRACT, NEVER, local
from desks import desk_situations
from hypothesis import example, given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.facts.types import TEXT
from xtreme_rules.language.parse import parse
from xtreme_rules.triage.order import Place, place

RULES = bundled().rules
KEY = RULES.order[0]
RANKS = {"elite": 0, "premium": 1}
AT = local("06-01 09:00")
#: Each of these examples triages several incidents.
few = settings(max_examples=40)


def ticket(
    identifier: str, severity: int | None = 3, package: str = "xtreme", rulebook: xr.Rulebook | None = None, **more: Any
) -> xr.Ticket:
    """A ticket of a contract of some package, submitted and seen on a Monday morning."""
    contract = attrs.evolve(CONTRACT, id=f"{package}-1", package=package)
    reported = xr.Incident(
        id=identifier, **{"severity": severity, "submitted_at": AT, "component": xr.Component(id="ledger"), **more}
    )
    return (rulebook or bundled()).triage(contract, reported, at=AT)


@st.composite
def backlogs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some situations of a desk, each with an id of its own, in any order; several are alike in much."""
    drawn = draw(st.lists(desk_situations(unknowns=True), min_size=2, max_size=5))
    numbers = draw(st.permutations(range(len(drawn))))
    backlog = [
        {**situation, "incident": attrs.evolve(situation["incident"], id=f"I-{number}")}
        for number, situation in zip(numbers, drawn, strict=True)
    ]
    if draw(st.booleans()):  # the same in all but the id
        backlog.append({**backlog[0], "incident": attrs.evolve(backlog[0]["incident"], id="I-9")})
    return backlog


def triaged(rulebook: xr.Rulebook, backlog: Sequence[Mapping[str, Any]]) -> list[xr.Ticket]:
    return [rulebook.triage(**situation) for situation in backlog]


def ids(tickets: Sequence[xr.Ticket]) -> list[str]:
    return [ticket.incident.id for ticket in tickets]


def expected(ticket: xr.Ticket) -> tuple[object, ...]:
    """The order as `queue.yaml` says it: what lacks a value comes last on that key."""
    rulebook, reported = bundled(), ticket.incident
    priority = rulebook.decide("handling-by-urgency-and-package", contract=ticket.contract, at=ticket.at)
    package = str(rulebook.rules.meaning.value(RULES.order[1].value, {"contract": ticket.contract, "at": ticket.at}))
    running = (xr.Standing.SAFE, xr.Standing.AT_RISK, xr.Standing.BREACHED)
    due = ticket.deadline.due if ticket.deadline.standing in running else None
    return (
        reported.severity or 9,
        RANKS[package] if priority.granted else 2,
        due or NEVER,
        reported.submitted_at or NEVER,
        reported.id,
    )


@few
@given(backlogs(), st.randoms(use_true_random=False))
def test_the_queue_is_the_same_whatever_the_order_of_arrival(
    rulebook: xr.Rulebook, backlog: list[dict[str, Any]], random: Any
) -> None:
    """Any permutation of the tickets gives the same queue, in the order that the rulebook says."""
    tickets = triaged(rulebook, backlog)
    shuffled = random.sample(tickets, len(tickets))
    queue = rulebook.queue(shuffled)
    assert ids(queue) == ids(rulebook.queue(tickets)) == ids(sorted(tickets, key=expected))
    assert len(queue) == len(tickets)
    assert ids(queue[:2]) == ids(queue)[:2]


def none_last(ticket: xr.Ticket) -> tuple[tuple[bool, object], ...]:
    return tuple((place.value is None, 0 if place.value is None else place.value) for place in ticket.places)


@few
@given(backlogs())
def test_the_key_sorts_as_the_places_do(rulebook: xr.Rulebook, backlog: list[dict[str, Any]]) -> None:
    """The text key orders tickets as the values of their places do, one after another, what has none last.

    The order is strict and total: of two tickets with ids of their own exactly one comes first.
    """
    for one, other in combinations(triaged(rulebook, backlog), 2):
        assert (one.key < other.key) == (none_last(one) < none_last(other))
        assert (one.key < other.key) != (other.key < one.key)
        assert set(one.key) <= set("0123456789abcdef")
        assert one.key == "".join(place.text for place in one.places)


numbers = st.none() | st.sampled_from((-(2**63), -1, 0, 1, 2**63 - 1)) | st.integers(-(2**63), 2**63 - 1)
#: Texts that begin alike more often, of what is first and last in its kind: NUL, half surrogate pairs, the last plane.
texts = st.none() | st.text("\x00a\x7f\x80\ud7ff\ud800\udfff\ue000\uffff\U0010ffff", max_size=3)
rows = st.tuples(numbers, texts, texts, numbers)


def places(row: tuple[int | str | None, ...]) -> list[Place]:
    return [Place(KEY, value) for value in row]


@given(rows, rows)
@example((0, "a", None, 0), (0, "ab", None, 0))
@example((0, "a", None, 0), (0, "a\x00", None, 0))
@example((0, "a", "", 0), (0, "a\x00", None, 0))
@example((None, "\uffff", None, 0), (None, "\U0010ffff", None, 0))
@example((None, "\ud800", None, 0), (None, "\ue000", None, 0))
def test_any_values_sort_in_their_texts_as_they_do_themselves(
    one: tuple[int | str | None, ...], other: tuple[int | str | None, ...]
) -> None:
    """Numbers by size, texts by code point (half a surrogate pair too), none last; key after key, without a separator."""
    mine, theirs = ("".join(place.text for place in places(row)) for row in (one, other))
    ranks = [[(value is None, value if value is not None else 0) for value in row] for row in (one, other)]
    assert (mine < theirs) == (ranks[0] < ranks[1])
    assert (mine == theirs) == (one == other)


VALUES = {
    "a number": "contract_year(day_of(at))",
    "a day": "day_of(incident.submitted_at)",
    "a moment": "at",
    "a truth": "incident.component.standard",
    "a value of an ordered domain": "contract.package",
    "a whole number of an ordered domain": "incident.severity",
    "a text": "incident.component.id",
}


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
@few
@given(one=desk_situations(unknowns=True), other=desk_situations(unknowns=True))
def test_any_type_of_value_sorts_as_it_does_in_conditions(
    text: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    """A value that is lower in a condition comes first where the lowest does, and later where the highest does."""
    tree, meaning = parse(text, RULES.schema), RULES.meaning
    values, domain = [meaning.value(tree, facts) for facts in (one, other)], meaning.domain(tree.type)
    for highest_first in (False,) if tree.type == TEXT else (False, True):
        key = attrs.evolve(KEY, value=tree, highest_first=highest_first)
        mine, theirs = (place(key, True, meaning, facts) for facts in (one, other))
        assert (mine.value == theirs.value) == (values[0] == values[1])
        assert place(key, False, meaning, one) == Place(key, None)
        if None in values:
            assert (mine.text < theirs.text) == (values[0] is not None and values[1] is None)
        else:
            ranks = values if domain is None else [domain.rank(value) for value in values]
            assert (mine.text < theirs.text) == (ranks[1] < ranks[0] if highest_first else ranks[0] < ranks[1])


@given(
    st.lists(
        st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=5),
        unique=True,
        min_size=2,
        max_size=5,
    )
)
def test_any_identifiers_can_be_queued(identifiers: list[str]) -> None:
    """Whatever ids a help desk gives out: equal in all else, tickets stand in the order of their ids' code points."""
    assert ids(bundled().queue(ticket(identifier) for identifier in identifiers)) == sorted(identifiers)


@few
@given(backlogs())
def test_severity_comes_first_and_then_the_package_that_has_priority(
    rulebook: xr.Rulebook, backlog: list[dict[str, Any]]
) -> None:
    """For everybody the severity decides first; only within one severity a higher package goes first, from Premium on."""
    for one, other in pairwise(rulebook.queue(triaged(rulebook, backlog))):
        mine, theirs = expected(one), expected(other)
        assert mine[0] <= theirs[0]
        if mine[0] == theirs[0]:
            assert mine[1] <= theirs[1]


ORDERED = (
    # each before the next
    lambda rulebook: ticket("z", 1, "xtreme", rulebook),
    lambda rulebook: ticket("y", 2, "elite", rulebook),
    lambda rulebook: ticket("x", 2, "premium", rulebook),
    lambda rulebook: ticket("w", 2, "xtreme", rulebook, submitted_at=AT - timedelta(days=3)),
    lambda rulebook: ticket("v", 2, "xtreme", rulebook),
    lambda rulebook: ticket("u", 3, "elite", rulebook),
    lambda rulebook: ticket("t", 3, "premium", rulebook, responded_at=AT),
    lambda rulebook: ticket("s", 3, "xtreme", rulebook),
    # without a running deadline, the earlier submission goes first, then the id
    lambda rulebook: ticket("r", 3, "xtreme", rulebook, submitted_at=AT - timedelta(days=30), responded_at=AT),
    lambda rulebook: ticket("p", 3, "xtreme", rulebook, pauses=(xr.Pause(start=AT),)),
    lambda rulebook: ticket("q", 3, "xtreme", rulebook, responded_at=AT),
    lambda rulebook: ticket("o", 3, "xtreme", rulebook, submitted_at=None),
    lambda rulebook: ticket("n", None, "elite", rulebook),
    lambda rulebook: ticket("m", None, "xtreme", rulebook),
)


def test_a_worked_queue(rulebook: xr.Rulebook) -> None:
    """Severity, package, deadline, submission, id; what is not known or not running comes after what is."""
    tickets = [make(rulebook) for make in reversed(ORDERED)]
    assert "".join(ids(rulebook.queue(tickets))) == "zyxwvutsrpqonm"


WHY = {
    "the severity": (
        ticket("b", 2),
        ticket("a", 1),
        "a (severity 1 (critical)) comes before b (severity 2 (high))",
        "a (urgentie 1 (kritiek)) gaat voor b (urgentie 2 (hoog))",
    ),
    "a severity that is not known": (
        ticket("a", None),
        ticket("b", 4),
        "b (severity 4 (low)) comes before a (severity unknown)",
        "b (urgentie 4 (laag)) gaat voor a (urgentie onbekend)",
    ),
    "the package": (
        ticket("a", 3, "premium"),
        ticket("b", 3, "elite"),
        "b (package Xtreme Elite) comes before a (package Xtreme Premium)",
        "b (pakket Xtreme Elite) gaat voor a (pakket Xtreme Premium)",
    ),
    "a package without priority": (
        ticket("a", 3, "xtreme"),
        ticket("b", 3, "premium"),
        "b (package Xtreme Premium) comes before a (a package without priority)",
        "b (pakket Xtreme Premium) gaat voor a (een pakket zonder voorrang)",
    ),
    "the deadline": (
        ticket("b", 3),
        ticket("a", 3, submitted_at=AT - timedelta(days=7)),
        "a (response due Wednesday 27 May 2026 at 14:00 (CEST)) comes before "
        "b (response due Tuesday 2 June 2026 at 15:00 (CEST))",
        "a (reageren uiterlijk woensdag 27 mei 2026 om 14:00 uur (CEST)) gaat voor "
        "b (reageren uiterlijk dinsdag 2 juni 2026 om 15:00 uur (CEST))",
    ),
    "a deadline that does not run": (
        ticket("a", 3, responded_at=AT),
        ticket("b", 3),
        "b (response due Tuesday 2 June 2026 at 15:00 (CEST)) comes before a (no response time running)",
        "b (reageren uiterlijk dinsdag 2 juni 2026 om 15:00 uur (CEST)) gaat voor a (geen lopende responstijd)",
    ),
    "the submission": (
        ticket("b", 3, submitted_at=AT - timedelta(hours=2), responded_at=AT),
        ticket("a", 3, submitted_at=AT - timedelta(hours=1), responded_at=AT),
        "b (submitted Monday 1 June 2026 at 07:00 (CEST)) comes before a (submitted Monday 1 June 2026 at 08:00 (CEST))",
        "b (ingediend maandag 1 juni 2026 om 07:00 uur (CEST)) gaat voor "
        "a (ingediend maandag 1 juni 2026 om 08:00 uur (CEST))",
    ),
    "the id": (
        ticket("b", 3),
        ticket("a", 3),
        "a (number a) comes before b (number b)",
        "a (nummer a) gaat voor b (nummer b)",
    ),
}


@pytest.mark.parametrize(("one", "other", "english", "dutch"), WHY.values(), ids=WHY)
def test_the_queue_says_why(one: xr.Ticket, other: xr.Ticket, english: str, dutch: str) -> None:
    """The first key on which two tickets differ says why one comes before the other, whichever is asked for first."""
    queue = bundled().queue([one, other])
    assert queue.why(one, other) == queue.why(other, one) == english
    assert queue.why(one, other, "nl") == dutch


@few
@given(backlogs())
def test_every_two_tickets_have_a_reason(backlog: list[dict[str, Any]]) -> None:
    """Of any two tickets, the reason names the one that stands first before the other."""
    queue = bundled().queue(triaged(bundled(), backlog))
    for one, other in combinations(queue, 2):
        for lang, word in (("en", " comes before "), ("nl", " gaat voor ")):
            first, second = queue.why(other, one, lang).split(word)
            assert first.startswith(f"{one.incident.id} (")
            assert second.startswith(f"{other.incident.id} (")


def test_a_ticket_does_not_come_before_itself() -> None:
    """There is no reason for it, and that is an error."""
    one, other = ticket("a"), ticket("b")
    with pytest.raises(ValueError, match=r"^the order does not tell a from a$"):
        bundled().queue([one, other]).why(one, one)


def test_an_incident_that_is_there_twice_is_an_error(rulebook: xr.Rulebook) -> None:
    """Two tickets that the order cannot tell apart are refused, each pair by the ids of incident and contract."""
    tickets = [ticket(identifier, rulebook=rulebook) for identifier in "abcba"]
    with pytest.raises(xr.FactError) as caught:
        rulebook.queue(tickets)
    assert str(caught.value) == "\n".join(
        f"tickets: incident `{name}` of contract `xtreme-1` and incident `{name}` of contract `xtreme-1` are alike to the "
        "order; give each incident once, under an id of its own"
        for name in "ab"
    )


def test_tickets_of_another_rulebook_are_an_error(tmp_path: Path) -> None:
    """What another rulebook triaged has a place in another order; a changed figure makes another rulebook."""
    overlay = tmp_path / "ours.yaml"
    overlay.write_text("response-times: {times: {critical: {within: 2 hours}}}\n", "utf-8")
    with pytest.raises(xr.FactError) as caught:
        xr.load(overlay=overlay).queue([ticket("a"), ticket("b", rulebook=xr.load(overlay=overlay)), ticket("c")])
    assert str(caught.value) == "\n".join(
        f"tickets: incident `{name}` was triaged by another rulebook; triage them by this one" for name in "ac"
    )


def test_a_rulebook_without_an_order_says_so() -> None:
    """A queue needs `queue.yaml`; without it no two tickets could be told apart."""
    sound = xr.load(ROOT / "tests" / "broken" / "sound")
    for tickets in ([], [ticket("a")]):
        with pytest.raises(xr.UnknownNameError) as caught:
            sound.queue(tickets)
        assert str(caught.value) == "the rulebook `sound` has no order of incidents; add `queue.yaml`"


@few
@given(backlogs(), st.sampled_from(["nl", "en"]), st.sampled_from(["text", "html", "markdown"]))
def test_a_queue_can_be_shown(backlog: list[dict[str, Any]], lang: str, form: str) -> None:
    """A queue shows every incident and contract in its order, in both languages and every form, and is data for JSON."""
    queue = bundled().queue(triaged(bundled(), backlog))
    shown = queue.show(lang, form)
    at = [shown.index(identifier) for identifier in ids(queue)]
    assert at == sorted(at)
    assert all(ticket.contract.id in shown for ticket in queue)
    assert "{" not in shown
    data = json.loads(json.dumps(queue.to_dict()))
    assert [item["incident"] for item in data["tickets"]] == ids(queue)
    assert [item["key"] for item in data["tickets"]] == sorted(ticket.key for ticket in queue)
    assert data["rulebook"] == bundled().identity


def test_what_users_write_is_escaped() -> None:
    """Ids cannot smuggle markup into a page or a notebook."""
    queue = bundled().queue([ticket("<script>alert(1)</script>"), ticket("a|b*c")])
    assert "<script>" not in queue._repr_html_()
    assert "<script>" not in queue[0].explain(format="html") + queue[1].explain(format="html")
    assert r"a\|b\*c" in queue.show(format="markdown")
    assert r"a\|b\*c" in next(item for item in queue if item.incident.id == "a|b*c").explain(format="markdown")


def test_a_queue_in_words() -> None:
    """The whole table, as a terminal shows it."""
    queue = bundled().queue([ticket("I-2", 3), ticket("I-1", 2, "elite")])
    assert [line.rstrip() for line in queue.show("nl").splitlines()][:5] == [
        "Volgorde van behandeling",
        "",
        "  #  Melding  Contract  Urgentie       Pakket        Stand    Reageren uiterlijk                       Waardoor gedekt",
        "  1  I-1      elite-1   2 (hoog)       Xtreme Elite  OP TIJD  maandag 1 juni 2026 om 11:00 uur (CEST)  Telefonische bereikbaarheid (nu)",
        "  2  I-2      xtreme-1  3 (gemiddeld)                OP TIJD  dinsdag 2 juni 2026 om 15:00 uur (CEST)  Telefonische bereikbaarheid (nu)",
    ]
    assert str(queue) == queue.show("en", "text")
    assert [repr(queue), repr(bundled().queue([])), repr(bundled().queue([ticket("a")]))] == [
        "<Queue of 2 tickets>",
        "<Queue of 0 tickets>",
        "<Queue of 1 ticket>",
    ]


def test_an_empty_queue_can_be_shown() -> None:
    """Nothing to do is a table without rows."""
    for form in ("text", "html", "markdown"):
        assert "Incident" in bundled().queue([]).show("en", form)


def test_unknown_languages_and_formats_are_said_to_be() -> None:
    """There are two languages and three forms."""
    queue = bundled().queue([ticket("a"), ticket("b")])
    for ask in (queue.show, lambda lang: queue.why(queue[0], queue[1], lang)):
        with pytest.raises(xr.UnknownNameError, match="unknown language `de`"):
            ask("de")
    with pytest.raises(xr.UnknownNameError, match="unknown format `pdf`"):
        queue.show(format="pdf")


def test_a_queue_can_be_pickled() -> None:
    """A queue can be sent to another process, and is the same there."""
    queue = bundled().queue([ticket("a"), ticket("b", 1)])
    assert pickle.loads(pickle.dumps(queue)).to_dict() == queue.to_dict()
