"""The places of a contract year that bookings take."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import count

import attrs

from xtreme_rules.facts.standard import Booking
from xtreme_rules.language.vocabulary import weekend_start


@attrs.frozen(kw_only=True)
class Kept:
    """A booking as it is kept.

    ``number`` and ``cancellation`` are those of its records; ``timezone`` is that of its contract when it was booked;
    ``place`` is the one that it takes in the contract year that begins on ``year_start``, ``None`` once given back.
    """

    booking: Booking
    number: int
    timezone: str
    year_start: date
    place: int | None
    cancellation: int | None = None

    def cancelled(self, at: datetime, record: int) -> "Kept":
        """The booking cancelled: before its weekend began it gives its place back, and after that it keeps it."""
        booking = attrs.evolve(self.booking, status="cancelled", cancelled_at=at)
        in_time = at < weekend_start(booking.saturday, self.timezone)
        return attrs.evolve(self, booking=booking, cancellation=record, place=None if in_time else self.place)


def free_place(kept: Iterable[Kept], year_start: date) -> int:
    """The lowest place of a contract year that no booking has."""
    taken = {item.place for item in kept if item.year_start == year_start}
    return next(number for number in count() if number not in taken)


def new_id(kept: Iterable[Kept], contract_id: str, saturday: date) -> str:
    """An id for a booking: the contract and the Saturday, and a number from the second of that weekend on."""
    before = sum(item.booking.saturday == saturday for item in kept)
    return f"{contract_id}/{saturday}" + (f"/{before + 1}" if before else "")
