"""What goes wrong with a ledger, and how it is said: one line, that says what to do."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from bookable import LATER, NOW, SATURDAY, contract, request
from conftest import ROOT, bundled
from databases import by_hand, fresh_database, fresh_schema, run
from sqlalchemy import make_url, text

import xtreme_rules as xr
from xtreme_rules.ledger.errors import LedgerError, LedgerUnavailableError, ReplayError, UnknownEntryError
from xtreme_rules.ledger.ledger import Ledger

FORMS = "use a path, `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`"
WRITABLE = "name a file that you may write, in a folder that is there"
BACK = "ask again, with the same id of the request, when it is back"


def use_up(ledger: Ledger) -> None:
    ledger.cancel("C-1/2026-12-12", at=datetime.combine(SATURDAY, NOW.timetz()))
    ledger.book(contract(), request(saturday=LATER), at=NOW)


#: After a booking of `C-1` and one of `C-2`: a call, the error it raises, and all that it says.
CALLS: dict[str, tuple[Callable[[Ledger], object], type[Exception], str]] = {
    "another weekend": (
        lambda ledger: ledger.book(contract(), request(saturday=LATER), at=NOW),
        LedgerError,
        "request `W-1` of contract `C-1` is booked, as `C-1/2026-12-12`, with another `saturday`; "
        "cancel that booking first, or ask with another id",
    ),
    "another content": (
        lambda ledger: ledger.book(contract(), request(accepts_english=None, products=None), at=NOW),
        LedgerError,
        "request `W-1` of contract `C-1` is booked, as `C-1/2026-12-12`, with another `products`, `accepts_english`; "
        "cancel that booking first, or ask with another id",
    ),
    "a request whose weekend is used": (
        use_up,
        LedgerError,
        "request `W-1` of contract `C-1` used the weekend of 2026-12-12, which was cancelled after it began; "
        "ask with another id",
    ),
    "an unknown booking": (
        lambda ledger: ledger.cancel("C-2/2026-12-13", at=NOW),
        UnknownEntryError,
        "unknown booking `C-2/2026-12-13`; did you mean `C-2/2026-12-12`?",
    ),
    "a booking that is none": (
        lambda ledger: ledger.cancel(None, at=NOW),  # type: ignore[arg-type]
        xr.FactError,
        "booking: expected an id, a text, got None",
    ),
    "an unknown record": (
        lambda ledger: ledger.replay(99),
        UnknownEntryError,
        "unknown record `99`; the history has the numbers",
    ),
    "a record that is none": (
        lambda ledger: ledger.replay(10**30),
        UnknownEntryError,
        f"unknown record `{10**30}`; the history has the numbers",
    ),
    "a cancellation": (
        lambda ledger: ledger.replay(ledger.cancel("C-1/2026-12-12", at=NOW).number),
        ReplayError,
        "record 3 is of a cancellation; only decisions can be given again",
    ),
    "no Saturday": (
        lambda ledger: ledger.book(contract(), request(saturday=date(2026, 12, 13)), at=NOW),
        xr.FactError,
        "WeekendRequest.saturday: 2026-12-13 is a Sunday; a weekend is named by its Saturday, such as 2026-12-12",
    ),
    "no moment": (
        lambda ledger: ledger.book(contract(), request("W-2"), at=None),  # type: ignore[arg-type]
        xr.FactError,
        "at: must be given",
    ),
    "a moment without a time zone": (
        lambda ledger: ledger.cancel("C-1/2026-12-12", at=datetime(2026, 11, 1)),
        xr.FactError,
        "at: 2026-11-01T00:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
    ),
    "no moment to cancel": (
        lambda ledger: ledger.cancel("C-1/2026-12-12", at=None),  # type: ignore[arg-type]
        xr.FactError,
        "at: must be given",
    ),
    "facts given twice": (
        lambda ledger: ledger.book(contract(), request("W-2"), at=NOW, bookings=[], contract=contract()),
        xr.FactError,
        "contract: must be left out; it is the first argument\nbookings: must be left out; the ledger knows them",
    ),
    "no contract": (
        lambda ledger: ledger.book(None, None, at=NOW),  # type: ignore[arg-type]
        xr.FactError,
        "contract: must be given\nweekend: must be given",
    ),
    "an unknown fact": (
        lambda ledger: ledger.book(contract(), request("W-2"), at=NOW, incidents=1),
        xr.FactError,
        "incidents: unknown fact; did you mean `incident`?",
    ),
    "an id that is too long": (
        lambda ledger: ledger.book(contract("x" * 2_000), request("W-2"), at=NOW),
        xr.FactError,
        "contract.id: has 2,000 characters; a ledger keeps ids of at most 255",
    ),
    "a contract that cannot be": (
        lambda ledger: ledger.bookings("C\0"),
        xr.FactError,
        "contract: 'C\\x00' holds a character that no database keeps; leave it out",
    ),
    "ids that no database keeps": (
        lambda ledger: ledger.book(contract("C\0"), request("\udcff"), at=NOW),
        xr.FactError,
        "contract.id: 'C\\x00' holds a character that no database keeps; leave it out\n"
        "weekend.id: '\\udcff' holds a character that no database keeps; leave it out",
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_that_cannot_be(ledger_url: str, case: str) -> None:
    """What was asked is said to be wrong, in exactly these words, and nothing of it is kept."""
    call, kind, message = CALLS[case]
    with Ledger(ledger_url, rulebook=bundled()) as ledger:
        ledger.book(contract(), request(), at=NOW)
        ledger.book(contract("C-2"), request(), at=NOW)
        before = len(list(ledger.history()))
        with pytest.raises(kind) as raised:
            call(ledger)
        assert str(raised.value) == message
        after = list(ledger.history())[before:]
    assert {record.kind for record in after} <= {"cancellation"}


def small_rulebook(folder: Path, weekends: str = "") -> xr.Rulebook:
    """A rulebook one of whose options is granted, for an urgent incident, whatever else is known."""
    changes = {
        "package_on(day_of(at))": "contract.package",
        "incident.severity == 1": "incident.severity == 1 or weekend.saturday == weekend.saturday",
        "\nquestions:": '\nquestions:\n  weekend.saturday: {nl: "Welk weekend?", en: "Which weekend?"}',
    }
    for file in (ROOT / "tests" / "broken" / "sound").iterdir():
        words = file.read_text()
        for before, after in changes.items():
            words = words.replace(before, after)
        (folder / file.name).write_text(words + weekends if file.name == "rulebook.yaml" else words)
    return xr.load(folder)


def test_a_rulebook_without_weekends(ledger_url: str, tmp_path: Path) -> None:
    """A rulebook that books no weekends has no ledger."""
    with pytest.raises(LedgerError) as raised:
        Ledger(ledger_url, rulebook=small_rulebook(tmp_path))
    assert str(raised.value) == "the rulebook `sound` has no option for weekends; add `weekends:`"


def test_a_booking_needs_some_facts(ledger_url: str, tmp_path: Path) -> None:
    """A rulebook may grant without asking for them; then they are asked for."""
    rulebook = small_rulebook(tmp_path, "weekends: urgent-incidents\n")
    urgent = xr.Incident(id="I-1", severity=1)
    with Ledger(ledger_url, rulebook=rulebook) as ledger:
        with pytest.raises(xr.FactError) as raised:
            ledger.book(xr.Contract(id="C-1", package="plus"), xr.WeekendRequest(id="W-1"), at=NOW, incident=urgent)
        assert str(raised.value).splitlines() == [
            f"{path}: must be known; a booking needs it"
            for path in ("contract.start", "contract.timezone", "weekend.saturday")
        ]
        assert list(ledger.history()) == []
        assert ledger.book(contract(package="plus"), request(), at=NOW, incident=urgent).booking


#: Where no ledger can be: what is given, and what is said. `{}` is an empty folder.
PLACES = {
    "not a place": (7, f"expected a URL or a path, got 7; {FORMS}"),
    "another database": ("mysql://host/x", f"a ledger cannot be kept in `mysql`; {FORMS}"),
    "another driver": ("postgresql+pg8000://host/x", f"a ledger cannot be kept in `postgresql+pg8000`; {FORMS}"),
    "no URL": ("postgresql:x:secret@y", f"`postgresql:x:***@y` is no URL; {FORMS}"),
    "a port that is none": ("postgresql://u:secret@h:port/x", f"`postgresql://u:***@h:port/x` is no URL; {FORMS}"),
    "two slashes": (
        "sqlite://bookings.db",
        "`sqlite://bookings.db` has a host or options; write `sqlite:///FILE` alone, with three slashes",
    ),
    "options": (
        "sqlite:///x.db?mode=ro",
        "`sqlite:///x.db?mode=ro` has a host or options; write `sqlite:///FILE` alone, with three slashes",
    ),
    "a folder": ("{}", f"cannot write the ledger `{{}}`: Is a directory; {WRITABLE}"),
    "no folder": ("{}/no/x.db", f"cannot write the ledger `{{}}/no/x.db`: No such file or directory; {WRITABLE}"),
    "no permission": ("/sys/x.db", f"cannot write the ledger `/sys/x.db`: Permission denied; {WRITABLE}"),
    "another file": (
        "{}/notes.txt",
        "the ledger `{}/notes.txt` cannot be used: file is not a database; "
        "name one that this library made, and that you may write to",
    ),
    "no server": (
        "postgresql://u:secret@/x?host=/nowhere",
        "the ledger `postgresql+psycopg://u:***@/x?host=%2Fnowhere` is not available: "
        "...No such file or directory; " + BACK,
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_place_that_cannot_be(tmp_path: Path, case: str) -> None:
    """A ledger that cannot be opened says why, without its password."""
    where, message = PLACES[case]
    if case == "no permission" and not Path("/sys").is_dir():
        pytest.skip("this machine has no folder that nobody may write to")
    if case == "no server":
        pytest.importorskip("psycopg")
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    with pytest.raises(LedgerError) as raised:
        Ledger(where.format(tmp_path) if isinstance(where, str) else where, rulebook=bundled())  # type: ignore[arg-type]
    before, words_of_the_driver, after = message.format(tmp_path).partition("...")
    assert str(raised.value).startswith(before)
    assert str(raised.value).endswith(after)
    assert words_of_the_driver or str(raised.value) == before


def test_an_unknown_database(postgresql: str) -> None:
    """A database that the server has not."""
    url = make_url(postgresql).set(database="no-such").render_as_string(hide_password=False)
    with pytest.raises(LedgerUnavailableError, match=r'FATAL: +database "no-such" does not exist; ask again'):
        Ledger(url, rulebook=bundled())


def test_a_newer_schema(ledger_url: str) -> None:
    """A ledger that a newer library made is left alone."""
    Ledger(ledger_url, rulebook=bundled()).close()
    run(ledger_url, "UPDATE ledger_schema SET version = 2")
    with pytest.raises(
        LedgerError, match=r"^the ledger `.*` has schema 2, and this library knows schema 1; upgrade xtreme-rules$"
    ):
        Ledger(ledger_url, rulebook=bundled())


def test_a_closed_ledger(tmp_path: Path) -> None:
    """Closing twice is closing once, and a closed ledger answers nothing."""
    ledger = Ledger(tmp_path / "x.db", rulebook=bundled())
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match=r"^the ledger `.*x\.db` is closed; open it anew$"):
        ledger.bookings("C-1")


def test_tables_that_somebody_else_filled(ledger_url: str) -> None:
    """A booking that cannot be made, however often it is decided, is an error and not a loop."""
    with Ledger(ledger_url, rulebook=bundled()) as ledger:
        ledger.book(contract("C-2"), request(), at=NOW)
        run(ledger_url, "UPDATE ledger_bookings SET id = 'C-1/2026-12-12'")
        with pytest.raises(
            LedgerError, match=r"^cannot book for contract `C-1`: .*(?i:unique).*; see who else writes to it$"
        ):
            ledger.book(contract(), request(), at=NOW)
        assert len(list(ledger.history())) == 1


@pytest.mark.parametrize(
    ("missing", "where", "said"),
    [
        ("sqlalchemy", "x.db", "a ledger needs SQLAlchemy 2 (.*); run: pip install 'xtreme-rules[ledger]'"),
        (
            "psycopg",
            "postgresql://h/x",
            "a ledger in PostgreSQL needs psycopg (.*); run: pip install 'xtreme-rules[postgresql]'",
        ),
    ],
)
def test_what_is_not_installed(missing: str, where: str, said: str) -> None:
    """A hint says what to install."""
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from xtreme_rules.ledger.ledger import Ledger, LedgerError\n"
        f"try: Ledger({where!r})\n"
        "except LedgerError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    before, _, after = said.partition(".*")
    assert run.stdout.startswith(before)
    assert run.stdout.endswith(after + "\n")


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    """While it is away, or another lies in its place, nothing is answered; once it is back, all is as it was."""
    here, away = tmp_path / "here", tmp_path / "away"
    here.mkdir()
    path = here / "x.db"
    with Ledger(path, rulebook=bundled()) as ledger:
        booking = ledger.book(contract(), request(), at=NOW).booking
        here.rename(away)
        for _ in range(2):
            with pytest.raises(LedgerUnavailableError) as raised:
                ledger.book(contract(), request("W-2", LATER), at=NOW)
            assert str(raised.value) == f"the ledger `{path}` is not available: unable to open database file; {BACK}"
        here.mkdir()
        path.touch()
        with pytest.raises(LedgerUnavailableError, match="no such table"):
            ledger.bookings("C-1")
        here.rename(tmp_path / "another")
        away.rename(here)
        assert ledger.bookings("C-1") == (booking,)
        assert not ledger.book(contract(), request("W-2", LATER), at=NOW).booking


def test_a_server_that_goes_away(postgresql: str) -> None:
    """While it lets nobody in, nothing is answered; connections that it dropped meanwhile are made anew."""
    with fresh_database(postgresql) as url, Ledger(url, rulebook=bundled()) as ledger:
        booking = ledger.book(contract(), request(), at=NOW).booking
        name = make_url(url).database
        run(postgresql, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        run(postgresql, drop, name=name)
        with pytest.raises(LedgerUnavailableError, match=r"is not currently accepting connections; ask again"):
            ledger.bookings("C-1")
        run(postgresql, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert ledger.bookings("C-1") == (booking,)
        run(postgresql, drop, name=name)
        assert ledger.book(contract(), request(), at=NOW).repeated


@pytest.mark.parametrize("ending", ["commits", "goes away"])
def test_another_holds_the_place(postgresql: str, ending: str) -> None:
    """Who waits for another's place decides anew when the other has it; and if the server drops it, it may ask again."""
    url = fresh_schema(postgresql)
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ledger_bookings%'"
    with Ledger(url, rulebook=bundled()) as ledger, ThreadPoolExecutor(1) as thread:
        ledger.book(contract(), request(accepts_english=False), at=NOW)
        with by_hand(url).connect().execution_options(isolation_level="READ COMMITTED") as other:
            other.execute(
                text(
                    "INSERT INTO ledger_bookings "
                    "(id, number, contract_id, request_id, saturday, timezone, year_start, place) "
                    "VALUES ('x', 1, 'C-1', 'W-9', '2026-12-19', 'UTC', '2026-03-01', 0)"
                )
            )
            asked = thread.submit(ledger.book, contract(), request(), at=NOW)
            while not (pids := run(postgresql, waiting)) and not asked.done():
                pass
            if ending == "commits":
                other.commit()
                assert asked.result().decision.unmet == ("one-per-contract-year",)
            else:
                run(postgresql, "SELECT pg_terminate_backend(:pid)", pid=pids[0][0])
                assert isinstance(asked.exception(), LedgerUnavailableError)
                other.rollback()
                assert ledger.book(contract(), request(), at=NOW).booking
    assert len(run(url, "SELECT * FROM ledger_bookings WHERE contract_id = 'C-1'")) == 1
