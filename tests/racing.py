"""What processes of their own do in the tests of the ledger: each waits for the others, and then they all ask."""

from datetime import timedelta
from multiprocessing.synchronize import Barrier

from bookable import NOW, SATURDAY, contract, request

import xtreme_rules as xr
from xtreme_rules.ledger.ledger import Ledger

PROCESSES = 8

_start: Barrier
_rulebook: xr.Rulebook


def begin(start: Barrier) -> None:
    """Make ready, once a process."""
    global _start, _rulebook
    _start, _rulebook = start, xr.load()


def ask(url: str, number: int, rounds: int, own_request: bool) -> list[tuple[int, str, bool]]:
    """Ask for the weekend of a contract a round, as every other process does: number, answer, whether repeated.

    Either with a request of one's own, or all with the same one.
    """
    answers = []
    with Ledger(url, rulebook=_rulebook) as ledger:
        for turn in range(rounds):
            saturday = SATURDAY + timedelta(weeks=number if own_request else 0)
            asked = request(f"W-{number}" if own_request else "W", saturday)
            _start.wait()
            entry = ledger.book(contract(f"C-{turn}"), asked, at=NOW)
            answers.append((entry.number, entry.decision.outcome.value, entry.repeated))
    return answers


def cancel(url: str, _: int, rounds: int) -> list[tuple[int, bool]]:
    """Cancel the booking of a contract a round, as every other process does: number, whether repeated."""
    answers = []
    with Ledger(url, rulebook=_rulebook) as ledger:
        for turn in range(rounds):
            _start.wait()
            done = ledger.cancel(f"C-{turn}/{SATURDAY}", at=NOW)
            answers.append((done.number, done.repeated))
    return answers


def book_many(url: str, number: int, bookings: int) -> list[str | None]:
    """Book for so many contracts that nobody else asks for; the ids, ``None`` for one that was refused."""
    _start.wait()
    with Ledger(url, rulebook=_rulebook) as ledger:
        entries = [ledger.book(contract(f"C-{number}-{index}"), request(), at=NOW) for index in range(bookings)]
    return [None if entry.booking is None else entry.booking.id for entry in entries]


def open_new(_: str, __: int, urls: list[str]) -> None:
    """Open ledgers whose tables are not there yet, each as every other process does."""
    for url in urls:
        _start.wait()
        Ledger(url, rulebook=_rulebook).close()
