"""What a ledger answers and keeps: entries, cancellations, records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.facts.standard import Booking


@attrs.frozen
class Entry:
    """The answer to a request for a weekend.

    Attributes:
        decision: the decision, over the facts given and the bookings of the contract.
        booking: what was booked; ``None`` unless the decision is granted.
        number: the number of its record in the history.
        repeated: whether the request was booked before, and this is the answer of then; nothing was recorded anew.
    """

    decision: Decision
    booking: Booking | None
    number: int
    repeated: bool = False


@attrs.frozen
class Cancellation:
    """What came of cancelling a booking.

    Attributes:
        booking: the booking, cancelled.
        number: the number of its record in the history.
        in_time: whether it was cancelled before its weekend began, and so is not used.
        repeated: whether it had been cancelled before; the first cancellation stands, and nothing was recorded anew.
    """

    booking: Booking
    number: int
    in_time: bool
    repeated: bool = False


@attrs.frozen
class Record:
    """One line of the history; it never changes.

    Attributes:
        number: its number; later ones have higher numbers, and numbers may be left out.
        at: the moment that the caller gave, in UTC.
        kind: ``decision`` or ``cancellation``.
        option: the id of the option by which weekends are booked.
        contract_id: the contract.
        request_id: the request; of a cancellation, the one that the booking was made for.
        booking_id: what was booked or cancelled, if anything was.
        outcome: of a decision; ``None`` for a cancellation.
        unmet: the ids of the conditions that were not met.
        unknown: the ids of the conditions that were unknown.
        facts: what was decided on, or the booking before it was cancelled, as ``facts_to_data`` gives it.
        rulebook: which rulebook decided, as ``Rulebook.identity`` gives it.
        versions: of the library, of the time-zone data and of the public holidays; ``None`` where it is not known.
    """

    number: int
    at: datetime
    kind: Literal["decision", "cancellation"]
    option: str
    contract_id: str
    request_id: str
    booking_id: str | None
    outcome: Outcome | None
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    facts: Mapping[str, Any] = attrs.field(hash=False)
    rulebook: Mapping[str, Any] = attrs.field(hash=False)
    versions: Mapping[str, str | None] = attrs.field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; ``json.dumps`` takes it as it is."""
        data = attrs.asdict(self, recurse=False)
        lists = {"unmet": list(self.unmet), "unknown": list(self.unknown)}
        outcome = None if self.outcome is None else self.outcome.value
        return {**data, **lists, "at": self.at.isoformat(), "outcome": outcome}
