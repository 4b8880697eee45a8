"""What is read from the tables of a ledger and written to them, within one transaction."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from xtreme_rules.decisions.option import Outcome
from xtreme_rules.facts.standard import Booking
from xtreme_rules.ledger.entries import Record
from xtreme_rules.ledger.errors import UnknownEntryError
from xtreme_rules.ledger.places import Kept
from xtreme_rules.ledger.schema import bookings, records

#: The columns of a record that hold JSON, in ASCII: no text of a fact is too strange for it.
_JSON = ("unmet", "unknown", "facts", "rulebook", "versions")


class Books:
    """The tables, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_contract(self, contract_id: str) -> tuple[Kept, ...]:
        """The bookings of a contract, cancelled ones too, in their order: as they are at one moment."""
        rows = self._connection.execute(
            select(bookings).where(bookings.c.contract_id == contract_id).order_by(bookings.c.number)
        )
        return tuple(map(_kept, rows))

    def held(self, booking_id: str) -> Kept | None:
        """A booking that nobody else changes until the transaction ends."""
        found = self._connection.execute(select(bookings).where(bookings.c.id == booking_id).with_for_update())
        row = found.one_or_none()
        return None if row is None else _kept(row)

    def latest_ids(self, most: int) -> list[str]:
        """The ids of the latest bookings."""
        newest = select(bookings.c.id).order_by(bookings.c.number.desc()).limit(most)
        return list(self._connection.execute(newest).scalars())

    def append(self, **columns: Any) -> int:
        """Append a record, by the fields of ``Record``; its number."""
        texts = {name: json.dumps(columns[name]) for name in _JSON}
        done = self._connection.execute(insert(records), columns | texts)
        key = done.inserted_primary_key
        if key is None:
            raise AssertionError(columns)
        number: int = key[0]
        return number

    def book(self, kept: Kept) -> None:
        """Keep a booking."""
        booking = kept.booking
        row = {
            "id": booking.id,
            "number": kept.number,
            "contract_id": booking.contract_id,
            "request_id": booking.request_id,
            "saturday": booking.saturday,
            "timezone": kept.timezone,
            "year_start": kept.year_start,
            "place": kept.place,
        }
        self._connection.execute(insert(bookings), row)

    def cancel(self, kept: Kept) -> None:
        """Keep that a booking is cancelled, and whether it still has its place."""
        changed = {"cancelled_at": kept.booking.cancelled_at, "cancellation": kept.cancellation, "place": kept.place}
        self._connection.execute(update(bookings).where(bookings.c.id == kept.booking.id).values(**changed))

    def record(self, number: int) -> Record:
        """The record of a number.

        Raises:
            UnknownEntryError: there is none.
        """
        can_be = isinstance(number, int) and 0 < number < 2**31
        row = can_be and self._connection.execute(select(records).where(records.c.number == number)).one_or_none()
        if not row:
            raise UnknownEntryError(f"unknown record `{number}`; the history has the numbers")
        return _record(row)

    def records(self, after: int, contract_id: str | None, most: int) -> list[Record]:
        """The records after a number, in their order: of a contract, or of all."""
        found = select(records).where(records.c.number > after).order_by(records.c.number).limit(most)
        if contract_id is not None:
            found = found.where(records.c.contract_id == contract_id)
        return list(map(_record, self._connection.execute(found)))


def _kept(row: Row[Any]) -> Kept:
    cancelled: datetime | None = row.cancelled_at
    booking = Booking(
        id=row.id,
        contract_id=row.contract_id,
        saturday=row.saturday,
        status="booked" if cancelled is None else "cancelled",
        request_id=row.request_id,
        cancelled_at=cancelled,
    )
    return Kept(
        booking=booking,
        number=row.number,
        timezone=row.timezone,
        year_start=row.year_start,
        place=row.place,
        cancellation=row.cancellation,
    )


def _record(row: Row[Any]) -> Record:
    columns = dict(row._mapping)
    columns |= {name: json.loads(columns[name]) for name in _JSON}
    columns |= {name: tuple(columns[name]) for name in ("unmet", "unknown")}
    columns["outcome"] = None if columns["outcome"] is None else Outcome(columns["outcome"])
    return Record(**columns)
