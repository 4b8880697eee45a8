"""Deciding a request and booking it, within one transaction."""

from typing import Any

from xtreme_rules.api import Rulebook
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.errors import listing
from xtreme_rules.facts.json import facts_to_data
from xtreme_rules.facts.standard import Booking, Contract, WeekendRequest
from xtreme_rules.language.vocabulary import contract_year_start
from xtreme_rules.ledger.asked import check_bookable, differences
from xtreme_rules.ledger.books import Books
from xtreme_rules.ledger.entries import Entry
from xtreme_rules.ledger.errors import LedgerError, ReplayError
from xtreme_rules.ledger.places import Kept, free_place, new_id
from xtreme_rules.ledger.replay import decided_again
from xtreme_rules.ledger.versions import versions


def booked(books: Books, rulebook: Rulebook, option: str, given: dict[str, Any]) -> Entry:
    """The answer to a request, booked if it is granted, and recorded; or the answer of then, if it is booked.

    The place that it takes is found from the very bookings that were decided on, read at one moment: who decides on
    the same ones takes the same place, and only one of them can have it.

    Raises:
        FactError: as ``Rulebook.decide``; or a fact is not known without which nothing can be booked.
        LedgerError: a request of this id is booked for something else, or was, and its weekend is used.
        ReplayError: it is booked, and the rulebook at hand would not grant it.
        ConflictError: another took the place, or booked the same request.
    """
    contract, request = given["contract"], given["weekend"]
    kept = books.of_contract(contract.id)
    for item in kept:
        if item.place is not None and item.booking.request_id == request.id:
            return _answer_of_then(books, rulebook, item, request)
    decision = rulebook.decide(option, **given, bookings=tuple(item.booking for item in kept))
    booking = _booking(kept, decision, contract, request)
    number = books.append(
        at=given["at"],
        kind="decision",
        option=option,
        contract_id=contract.id,
        request_id=request.id,
        booking_id=None if booking is None else booking.id,
        outcome=decision.outcome.value,
        unmet=decision.unmet,
        unknown=decision.unknown,
        facts=facts_to_data(decision.facts),
        rulebook=rulebook.identity,
        versions=versions(contract.timezone),
    )
    if booking is not None:
        year = contract_year_start(rulebook.rules.meaning.context, booking.saturday, contract.start)
        place, zone = free_place(kept, year), contract.timezone
        books.book(Kept(booking=booking, number=number, timezone=zone, year_start=year, place=place))
    return Entry(decision, booking, number)


def _booking(kept: tuple[Kept, ...], decision: Decision, contract: Contract, request: WeekendRequest) -> Booking | None:
    if not decision.granted:
        return None
    saturday = check_bookable(contract, request)
    name = new_id(kept, contract.id, saturday)
    return Booking(id=name, contract_id=contract.id, saturday=saturday, status="booked", request_id=request.id)


def _answer_of_then(books: Books, rulebook: Rulebook, item: Kept, request: WeekendRequest) -> Entry:
    """The answer of then to a request that has a booking, if it is still that request and that booking."""
    booking = item.booking
    about = f"request `{request.id}` of contract `{booking.contract_id}`"
    if booking.status == "cancelled":
        raise LedgerError(
            f"{about} used the weekend of {booking.saturday}, which was cancelled after it began; ask with another id"
        )
    record = books.record(item.number)
    decision = decided_again(record, rulebook)
    others = differences(decision.facts["weekend"], request)
    if others:
        raise LedgerError(
            f"{about} is booked, as `{booking.id}`, with another {listing(others)}; "
            "cancel that booking first, or ask with another id"
        )
    if not decision.granted:
        raise ReplayError(
            f"{about} is booked, as `{booking.id}`, and the rulebook at hand would not grant it "
            f"({', '.join(decision.unmet or decision.unknown)}); open the ledger with the rulebook of then"
        )
    return Entry(decision, booking, item.number, repeated=True)
