"""Many at once: whoever asks, and whenever, a contract year has one weekend."""

import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from json import loads
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import racing
from bookable import NOW, SATURDAY, contract, request
from conftest import bundled
from databases import fresh_schema, run
from racing import PROCESSES

from xtreme_rules.ledger.entries import Entry
from xtreme_rules.ledger.ledger import Ledger

THREADS = 200
ROUNDS = 5
#: For each process; `benchmarks/bookings.py` has a thousand in all.
BOOKINGS = 30
#: How many processes are killed.
VICTIMS = 200

Race = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    """Run a function of ``racing`` in all processes at once, each with its own number; what they return."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES, timeout=120)
    with ProcessPoolExecutor(PROCESSES, context, racing.begin, (start,)) as pool:

        def at_once(function: Callable[..., Any], url: str, *arguments: Any) -> list[Any]:
            Ledger(url, rulebook=bundled()).close()
            runs = [pool.submit(function, url, number, *arguments) for number in range(PROCESSES)]
            return [future.result() for future in runs]

        yield at_once


def standing(url: str) -> int:
    ((count,),) = run(url, "SELECT count(*) FROM ledger_bookings WHERE place IS NOT NULL")
    return int(count)


def check_sound(url: str) -> None:
    """No half booking: a granted record has its booking, a booking its record and, while it stands, its place."""
    records = "SELECT number, booking_id FROM ledger_records WHERE outcome = 'granted' ORDER BY number"
    assert run(url, records) == run(url, "SELECT number, id FROM ledger_bookings ORDER BY number")
    assert run(url, "SELECT id FROM ledger_bookings WHERE cancelled_at IS NULL AND (place IS NULL OR place <> 0)") == []


def test_threads_ask_for_one_year_at_once(ledger_url: str) -> None:
    """Two hundred threads on one ledger: one is granted, the others are denied by its booking."""
    start = Barrier(THREADS)

    def ask(number: int) -> Entry:
        start.wait()
        wanted = request(f"W-{number}", SATURDAY + timedelta(weeks=number % 10))
        return ledger.book(contract(), wanted, at=NOW)

    with Ledger(ledger_url, rulebook=bundled()) as ledger, ThreadPoolExecutor(THREADS) as threads:
        entries = list(threads.map(ask, range(THREADS)))
        assert len(list(ledger.history())) == THREADS
    answers = Counter((entry.decision.outcome.value, entry.decision.unmet) for entry in entries)
    assert answers == {("granted", ()): 1, ("denied", ("one-per-contract-year",)): THREADS - 1}
    assert standing(ledger_url) == 1
    check_sound(ledger_url)


def test_processes_ask_for_one_year_at_once(ledger_url: str, race: Race) -> None:
    """Eight processes, each with its own request for its own weekend of the year: one is granted, in every round."""
    answers = race(racing.ask, ledger_url, ROUNDS, True)
    for turn in zip(*answers, strict=True):
        assert sorted(outcome for _, outcome, _ in turn) == ["denied"] * (PROCESSES - 1) + ["granted"]
    assert standing(ledger_url) == ROUNDS
    check_sound(ledger_url)


def test_processes_send_one_request_at_once(ledger_url: str, race: Race) -> None:
    """Eight processes with the same request: all get the same answer, and one of them is the first."""
    answers = race(racing.ask, ledger_url, ROUNDS, False)
    for turn in zip(*answers, strict=True):
        assert len({(number, outcome) for number, outcome, _ in turn}) == 1
        assert sorted(repeated for _, _, repeated in turn) == [False] + [True] * (PROCESSES - 1)
    cancellations = race(racing.cancel, ledger_url, ROUNDS)
    for turn in zip(*cancellations, strict=True):
        assert len({number for number, _ in turn}) == 1
        assert sorted(repeated for _, repeated in turn) == [False] + [True] * (PROCESSES - 1)
    assert standing(ledger_url) == 0


def test_nothing_valid_is_refused_or_lost(ledger_url: str, race: Race) -> None:
    """Eight processes book for contracts of their own: they wait for each other, and none is refused."""
    booked = [name for names in race(racing.book_many, ledger_url, BOOKINGS) for name in names]
    assert None not in booked
    assert sorted(booked) == sorted(name for (name,) in run(ledger_url, "SELECT id FROM ledger_bookings"))
    assert len(booked) == PROCESSES * BOOKINGS
    check_sound(ledger_url)


def test_the_first_to_come_make_the_tables(ledger_url: str, race: Race) -> None:
    """Eight processes open a database that is empty: none fails, and its tables are made once."""
    on_file = ledger_url.startswith("sqlite")
    urls = [f"{ledger_url}-{turn}" if on_file else fresh_schema(ledger_url) for turn in range(ROUNDS)]
    race(racing.open_new, ledger_url, urls)
    for url in urls:
        assert run(url, "SELECT version FROM ledger_schema") == [(1,)]


def test_processes_are_killed(ledger_url: str) -> None:
    """Two hundred processes are killed in the middle: what they were answered stands, and nothing stands half.

    Whoever asks again for them, with the ids of their requests, gets each weekend, once.
    """
    script = Path(__file__).with_name("victims.py")
    done = subprocess.run([sys.executable, script, ledger_url, str(VICTIMS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    victims = [loads(line) for line in done.stdout.splitlines()]
    answered = {name: booking for victim in victims for name, booking in victim["answered"]}
    unanswered = [victim["asked"] for victim in victims if victim["asked"] not in answered]
    assert len(victims) == VICTIMS
    assert len(unanswered) > VICTIMS // 2
    with Ledger(ledger_url, rulebook=bundled()) as ledger:
        check_sound(ledger_url)
        for name, booking in answered.items():
            assert [item.id for item in ledger.bookings(name)] == [booking]
        for name in [*answered, *filter(None, unanswered)]:
            entry = ledger.book(contract(name), request(), at=NOW)
            assert entry.repeated or name in unanswered
            assert [entry.booking] == list(ledger.bookings(name))
        check_sound(ledger_url)


FORK = """
import os, sys
sys.path.insert(0, sys.argv[2])
from bookable import NOW, contract, request
from xtreme_rules.ledger.ledger import Ledger

with Ledger(sys.argv[1]) as ledger:
    ledger.book(contract("before"), request(), at=NOW)
    child = os.fork()
    if child == 0:
        with ledger:
            entries = [ledger.book(contract(name), request(), at=NOW) for name in ("before", "child")]
        os._exit([entry.repeated for entry in entries] != [True, False])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    entries = [ledger.book(contract(name), request(), at=NOW) for name in ("before", "child", "after")]
    print(status, *(entry.repeated for entry in entries))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_goes_on_with_the_ledger(ledger_url: str) -> None:
    """A process forked from one that has a ledger open uses it, and closes it, beside that one."""
    words = [sys.executable, "-W", "error", "-c", FORK, ledger_url, Path(__file__).parent]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0 True True False\n", "")


def test_threads_share_a_ledger_in_memory() -> None:
    """They take turns on its one connection."""
    with Ledger("sqlite://", rulebook=bundled()) as ledger, ThreadPoolExecutor(20) as threads:
        entries = list(threads.map(lambda number: ledger.book(contract(), request(f"W-{number}"), at=NOW), range(100)))
        assert sum(entry.booking is not None for entry in entries) == 1
        assert len(list(ledger.history())) == 100
