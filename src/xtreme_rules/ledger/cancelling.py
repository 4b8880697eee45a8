"""Cancelling a booking, within one transaction."""

from datetime import datetime

from xtreme_rules.api import Rulebook
from xtreme_rules.errors import clipped, did_you_mean
from xtreme_rules.facts.json import facts_to_data
from xtreme_rules.ledger.books import Books
from xtreme_rules.ledger.entries import Cancellation
from xtreme_rules.ledger.errors import UnknownEntryError
from xtreme_rules.ledger.versions import versions

#: So many of the latest bookings are looked through for the one that was meant.
MOST_LIKELY = 1_000


def cancelled(books: Books, rulebook: Rulebook, option: str, booking_id: str, at: datetime) -> Cancellation:
    """Cancel a booking and record that, unless it is cancelled already.

    Raises:
        UnknownEntryError: there is no such booking; the nearest one is suggested.
    """
    item = books.held(booking_id)
    if item is None:
        suggestion = did_you_mean(booking_id, books.latest_ids(MOST_LIKELY))
        raise UnknownEntryError(
            f"unknown booking `{clipped(booking_id, 60)}`; {suggestion or 'list the bookings of its contract'}"
        )
    booking = item.booking
    if item.cancellation is not None:
        return Cancellation(booking, item.cancellation, in_time=item.place is None, repeated=True)
    number = books.append(
        at=at,
        kind="cancellation",
        option=option,
        contract_id=booking.contract_id,
        request_id=booking.request_id,
        booking_id=booking.id,
        outcome=None,
        unmet=(),
        unknown=(),
        facts=facts_to_data({"bookings": (booking,), "at": at}),
        rulebook=rulebook.identity,
        versions=versions(item.timezone),
    )
    changed = item.cancelled(at, number)
    books.cancel(changed)
    return Cancellation(changed.booking, number, in_time=changed.place is None)
