"""What users hold: a ledger that decides and books."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from xtreme_rules.api import Rulebook, load
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.facts.standard import Booking, Contract, WeekendRequest
from xtreme_rules.ledger.asked import asked, moment, name
from xtreme_rules.ledger.entries import Cancellation, Entry, Record
from xtreme_rules.ledger.errors import ConflictError, LedgerError
from xtreme_rules.ledger.replay import replayed

#: So often a request is decided again because another was booked meanwhile; each time, another got further.
ATTEMPTS = 100
#: So many records are read from the database at once.
PAGE = 500


class Ledger:
    """Books weekends, in SQLite or PostgreSQL: decides, books and records in one transaction.

    Threads may share a ledger, processes may open the same database, and a process forked from one that has a ledger
    open may go on with it. What was answered is kept: on the disk, for SQLite. Close it, or use it in a ``with``.
    """

    def __init__(self, where: str | Path, *, rulebook: Rulebook | None = None) -> None:
        """Open a ledger; its tables are made if they are not there.

        Args:
            where: the path of a file, ``sqlite:///FILE``, ``sqlite://`` for one in memory (of this object alone), or
                ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``.
            rulebook: what decides; default: the bundled one.

        Raises:
            LedgerError: there is no such database, it cannot be written, a newer library made its tables; the rulebook
                has no option for weekends; or what the database needs is not installed.
        """
        try:
            from xtreme_rules.ledger.database import Database
        except ImportError as error:
            hint = "run: pip install 'xtreme-rules[ledger]'"
            raise LedgerError(f"a ledger needs SQLAlchemy 2 ({error}); {hint}") from None
        self._rulebook = load() if rulebook is None else rulebook
        rules = self._rulebook.rules
        if rules.weekends is None:
            raise LedgerError(f"the rulebook `{rules.name}` has no option for weekends; add `weekends:`")
        self._option = rules.weekends
        self._database: Database = Database(where)

    def book(self, contract: Contract, request: WeekendRequest, /, *, at: datetime, **facts: Any) -> Entry:
        """Decide a request over the bookings of its contract, and book the weekend if it is granted.

        A request that is booked already, by its id, is answered as it was then, and nothing is booked or recorded; its
        moment of submission does not matter then. A request whose booking was cancelled in time is decided anew.

        Args:
            contract: the contract; a booking needs its start and its time zone.
            request: the request; its id is unique within the contract.
            at: the moment of the decision, for the record.
            facts: further facts by name, as for ``Rulebook.decide``; bookings come from the ledger.

        Raises:
            FactError: as ``Rulebook.decide``; or a fact is not known without which nothing can be booked.
            LedgerError: a request of this id is booked for something else, or was, and its weekend is used.
            ReplayError: it is booked, and the rulebook at hand would not grant it.
            LedgerUnavailableError: the database cannot be reached; asking again is safe.
        """
        from xtreme_rules.ledger.booking import booked

        given = asked(self._rulebook.rules.schema, contract, request, at, facts)
        for _ in range(ATTEMPTS):
            try:
                with self._database.writing() as books:
                    return booked(books, self._rulebook, self._option, given)
            except ConflictError as error:
                conflict = error
        raise LedgerError(f"cannot book for contract `{given['contract'].id}`: {conflict}; see who else writes to it")

    def cancel(self, booking_id: str, *, at: datetime) -> Cancellation:
        """Cancel a booking. Before its weekend began, that gives the year's weekend back; after that it stays used.

        When the weekend begins is read in the time zone that the contract had when it was booked. A booking that is
        cancelled already stays as it is: the first cancellation is given again, and nothing is recorded.

        Args:
            booking_id: the booking.
            at: the moment of the cancellation.

        Raises:
            UnknownEntryError: there is no such booking.
            FactError: ``at`` is no moment with a time zone.
            LedgerUnavailableError: the database cannot be reached; asking again is safe.
        """
        from xtreme_rules.ledger.cancelling import cancelled

        when, which = moment(self._rulebook.rules.schema, at), name("booking", booking_id)
        with self._database.writing() as books:
            return cancelled(books, self._rulebook, self._option, which, when)

    def bookings(self, contract_id: str) -> tuple[Booking, ...]:
        """The bookings of a contract, cancelled ones too, in the order in which they were made.

        Raises:
            LedgerUnavailableError: the database cannot be reached.
        """
        with self._database.reading() as books:
            return tuple(item.booking for item in books.of_contract(name("contract", contract_id)))

    def history(self, contract_id: str | None = None) -> Iterator[Record]:
        """Every decision and cancellation, of a contract or of all, in the order of their numbers.

        Records are read a page at a time; those that are written meanwhile may or may not be among them.

        Raises:
            LedgerUnavailableError: the database cannot be reached.
        """
        only = None if contract_id is None else name("contract", contract_id)
        last, more = 0, True
        while more:
            with self._database.reading() as books:
                page = books.records(last, only, PAGE)
            yield from page
            more = len(page) == PAGE
            last = page[-1].number if more else last

    def replay(self, number: int) -> Decision:
        """Decide again what a record decided, on its facts: the same outcome, and the same conditions.

        Raises:
            UnknownEntryError: there is no such record.
            ReplayError: it is of a cancellation, another rulebook decided it, or the answer is another one now.
            LedgerUnavailableError: the database cannot be reached.
        """
        with self._database.reading() as books:
            return replayed(books.record(number), self._rulebook)

    def close(self) -> None:
        """Close the connections to the database; the ledger cannot be used after that."""
        self._database.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Ledger {self._database.where}, {self._rulebook!r}>"
