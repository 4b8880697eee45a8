"""The ledger, call by call, on every database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import attrs
import pytest
from bookable import LATER, NEXT_YEAR, NOW, SATURDAY, contract, request
from conftest import bundled
from databases import run

import xtreme_rules as xr
from xtreme_rules.ledger.errors import LedgerError, ReplayError
from xtreme_rules.ledger.ledger import PAGE, Ledger
from xtreme_rules.ledger.versions import timezone_data

SHORTLY = timedelta(microseconds=1)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with Ledger(ledger_url, rulebook=bundled()) as opened:
        yield opened


def overlaid(tmp_path: Path, **values: int) -> xr.Rulebook:
    """The bundled rulebook with other values of its weekend option."""
    lines = ", ".join(f"{name.replace('_', '-')}: {value}" for name, value in values.items())
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"entitlements: {{special-event-weekend: {{values: {{{lines}}}}}}}\n")
    return xr.load(overlay=overlay)


def test_a_granted_request_is_booked(ledger: Ledger) -> None:
    """What is granted is booked, and what is not is not; both are recorded."""
    granted = ledger.book(contract(), request(), at=NOW)
    denied = ledger.book(contract(), request("W-2", LATER), at=NOW)
    assert granted.decision.outcome is xr.Outcome.GRANTED
    assert granted.booking == xr.Booking(
        id="C-1/2026-12-12", contract_id="C-1", saturday=SATURDAY, status="booked", request_id="W-1"
    )
    assert denied.decision.unmet == ("one-per-contract-year",)
    assert denied.booking is None
    assert ledger.bookings("C-1") == (granted.booking,)
    assert [record.number for record in ledger.history()] == [granted.number, denied.number]


def test_what_is_not_known_is_not_booked(ledger: Ledger) -> None:
    """A request that lacks a fact is recorded with what is unknown."""
    entry = ledger.book(contract(), request(accepts_english=None), at=NOW)
    (record,) = ledger.history()
    assert entry.decision.missing == ("weekend.accepts_english",)
    assert (record.outcome, record.unknown) == (xr.Outcome.NEEDS_INFORMATION, ("working-language",))
    assert ledger.bookings("C-1") == ()


def test_asking_again_gives_the_same_answer(ledger: Ledger) -> None:
    """The same request, submitted again, is the same entry, and books and records nothing."""
    first = ledger.book(contract(), request(), at=NOW)
    second = ledger.book(contract(), request(submitted_at=NOW + timedelta(days=40)), at=NOW + timedelta(days=40))
    assert (first.repeated, second.repeated) == (False, True)
    assert attrs.evolve(second, repeated=False) == first
    assert len(list(ledger.history())) == 1


def test_ids_of_requests_are_those_of_their_contract(ledger: Ledger) -> None:
    """Two contracts may have requests of the same id; neither knows of the other."""
    entries = [ledger.book(contract(name), request(), at=NOW) for name in ("C-1", "C-2")]
    assert [entry.booking.contract_id for entry in entries if entry.booking] == ["C-1", "C-2"]
    assert [entry.decision.facts["bookings"] for entry in entries] == [(), ()]
    assert [record.contract_id for record in ledger.history("C-2")] == ["C-2"]


def test_another_year_has_its_own_weekend(ledger: Ledger) -> None:
    """A booking of one contract year leaves the next as it is."""
    for name, saturday in (("W-1", SATURDAY), ("W-2", NEXT_YEAR)):
        assert ledger.book(contract(), request(name, saturday), at=NOW).booking


@pytest.mark.parametrize(
    ("timezone", "start"),
    [
        ("Europe/Amsterdam", datetime(2026, 12, 11, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 12, 12, 5, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 12, 11, 13, tzinfo=UTC)),
    ],
)
def test_cancelled_before_it_begins_gives_it_back(ledger: Ledger, timezone: str, start: datetime) -> None:
    """Until the last microsecond before Saturday 00:00 in the contract's time zone, and not a microsecond longer."""
    early, late = contract("early", timezone=timezone), contract("late", timezone=timezone)
    for each, at in ((early, start - SHORTLY), (late, start)):
        booking = ledger.book(each, request(), at=NOW).booking
        assert booking is not None
        cancellation = ledger.cancel(booking.id, at=at)
        assert cancellation.booking == attrs.evolve(booking, status="cancelled", cancelled_at=at)
        assert cancellation.in_time is (each is early)
        assert ledger.bookings(each.id) == (cancellation.booking,)
    again = request("W-2", date(2027, 1, 9))
    assert ledger.book(early, again, at=start).booking
    assert ledger.book(late, again, at=start).decision.unmet == ("one-per-contract-year",)


def test_a_request_that_was_cancelled_in_time_may_book_again(ledger: Ledger) -> None:
    """The same weekend or another; the second booking of a weekend has an id of its own."""
    ids = []
    for saturday in (SATURDAY, SATURDAY, LATER):
        entry = ledger.book(contract(), request(saturday=saturday), at=NOW)
        assert entry.booking is not None
        assert not entry.repeated
        ids.append(entry.booking.id)
        ledger.cancel(entry.booking.id, at=NOW)
    assert ids == ["C-1/2026-12-12", "C-1/2026-12-12/2", "C-1/2026-12-19"]


def test_cancelling_twice_is_cancelling_once(ledger: Ledger) -> None:
    """The first cancellation stands, so that nobody makes it early or late afterwards."""
    booking = ledger.book(contract(), request(), at=NOW).booking
    assert booking is not None
    first = ledger.cancel(booking.id, at=NOW)
    second = ledger.cancel(booking.id, at=NOW + timedelta(days=100))
    assert second == attrs.evolve(first, repeated=True)
    assert [record.kind for record in ledger.history()] == ["decision", "cancellation"]


def test_the_quota_is_the_rulebooks(ledger_url: str, tmp_path: Path) -> None:
    """A rulebook with two weekends a year books two, and one given back is booked again."""
    with Ledger(ledger_url, rulebook=overlaid(tmp_path, weekends_per_year=2)) as ledger:
        days = [SATURDAY + timedelta(weeks=week) for week in range(5)]
        entries = [ledger.book(contract(), request(str(day), day), at=NOW) for day in days[:3]]
        assert [entry.booking is not None for entry in entries] == [True, True, False]
        ledger.cancel("C-1/2026-12-12", at=NOW)
        entries = [ledger.book(contract(), request(str(day), day), at=NOW) for day in days[3:]]
        assert [entry.booking is not None for entry in entries] == [True, False]
    places = run(ledger_url, "SELECT saturday, place FROM ledger_bookings ORDER BY number")
    assert [(str(day), place) for day, place in places] == [
        ("2026-12-12", None),
        ("2026-12-19", 1),
        ("2027-01-02", 0),
    ]


def test_a_record_says_what_was_decided_and_by_what(ledger: Ledger) -> None:
    """Facts, outcome, rulebook and versions, as plain data."""
    entry = ledger.book(contract(), request(), at=NOW)
    ledger.cancel("C-1/2026-12-12", at=NOW)
    decision, cancellation = (json.loads(json.dumps(record.to_dict())) for record in ledger.history())
    assert decision.pop("versions").keys() == {"xtreme-rules", "tzdata", "holidays"}
    assert decision == {
        "number": entry.number,
        "at": "2026-11-01T09:00:00+00:00",
        "kind": "decision",
        "option": "special-event-weekend",
        "contract_id": "C-1",
        "request_id": "W-1",
        "booking_id": "C-1/2026-12-12",
        "outcome": "granted",
        "unmet": [],
        "unknown": [],
        "facts": json.loads(xr.facts_to_json(entry.decision.facts)),
        "rulebook": bundled().identity,
    }
    assert (cancellation["kind"], cancellation["outcome"]) == ("cancellation", None)
    assert cancellation["facts"] == json.loads(xr.facts_to_json({"bookings": [entry.booking], "at": NOW}))


def test_a_decision_is_replayed(ledger: Ledger) -> None:
    """The same facts, the same rulebook, the same decision."""
    entries = [ledger.book(contract(), request(str(day), day), at=NOW) for day in (SATURDAY, LATER, NEXT_YEAR)]
    assert [ledger.replay(entry.number) for entry in entries] == [entry.decision for entry in entries]


def test_own_facts_are_recorded_and_replayed(ledger_url: str) -> None:
    """A fact of one's own goes into the record; who does not know its class cannot replay it."""

    @attrs.frozen(kw_only=True)
    class Crew(xr.Fact):
        lead: str
        severity: Annotated[int | None, xr.Declared("severity")] = None

    crew = Crew(lead="\udcff and \0", severity=2)
    with Ledger(ledger_url, rulebook=xr.load(facts={"crew": Crew})) as ledger:
        entry = ledger.book(contract(), request(), at=NOW, crew=crew)
        assert ledger.replay(entry.number).facts["crew"] == crew
    with Ledger(ledger_url, rulebook=bundled()) as ledger, pytest.raises(xr.FactError, match="crew: unknown fact"):
        ledger.replay(entry.number)


def test_another_rulebook_does_not_replay(ledger_url: str, tmp_path: Path) -> None:
    """A decision is only given again by the rulebook that gave it."""
    with Ledger(ledger_url, rulebook=bundled()) as ledger:
        number = ledger.book(contract(), request(), at=NOW).number
    with Ledger(ledger_url, rulebook=overlaid(tmp_path, notice_days=15)) as ledger:
        with pytest.raises(ReplayError, match=r"was decided by the rulebook `xtreme` of .* with `overlay.yaml`"):
            ledger.replay(number)
        assert ledger.book(contract(), request(), at=NOW).repeated
    with (
        Ledger(ledger_url, rulebook=overlaid(tmp_path, notice_days=150)) as ledger,
        pytest.raises(ReplayError, match=r"would not grant it \(two-weeks-notice\)"),
    ):
        ledger.book(contract(), request(), at=NOW)


def test_another_answer_is_no_replay(ledger: Ledger, ledger_url: str) -> None:
    """A record that says something else than its facts give is found out, and so is one made by other data."""
    ledger.book(contract(), request(accepts_english=False), at=NOW)
    columns = "at, kind, option, contract_id, request_id, outcome, unknown, facts, rulebook"
    for unmet, versions in (('["in-force"]', "versions"), ('["in-force"]', """'{"tzdata": "1999a"}'""")):
        run(
            ledger_url,
            f"INSERT INTO ledger_records ({columns}, unmet, versions) SELECT {columns}, :unmet, {versions} "
            "FROM ledger_records WHERE number = 1",
            unmet=unmet,
        )
    with pytest.raises(
        ReplayError,
        match=r"^record 2 says `denied` \(in-force\), and the same facts now give `denied` \(working-language\); nothing .* not sound$",
    ):
        ledger.replay(2)
    with pytest.raises(ReplayError, match=r"; .*tzdata 1999a is now "):
        ledger.replay(3)


def test_a_ledger_is_kept(ledger_url: str) -> None:
    """What one ledger booked, another that is opened beside it or after it knows."""
    with Ledger(ledger_url, rulebook=bundled()) as one, Ledger(ledger_url, rulebook=bundled()) as other:
        first = one.book(contract(), request(), at=NOW)
        assert other.book(contract(), request(), at=NOW) == attrs.evolve(first, repeated=True)
    with Ledger(ledger_url) as later:
        assert later.bookings("C-1") == (first.booking,)


@pytest.mark.parametrize("statement", ["UPDATE ledger_records SET outcome = 'denied'", "DELETE FROM ledger_records"])
def test_records_are_append_only(ledger: Ledger, ledger_url: str, statement: str) -> None:
    """The database refuses to change or remove a record."""
    ledger.book(contract(), request(), at=NOW)
    before = list(ledger.history())
    with pytest.raises(Exception, match="the records of a ledger are append-only"):
        run(ledger_url, statement)
    replace = "INSERT OR REPLACE INTO ledger_records SELECT * FROM ledger_records"
    with pytest.raises(Exception, match="the records of a ledger are append-only"):
        run(ledger_url, replace if ledger_url.startswith("sqlite") else "TRUNCATE ledger_records CASCADE")
    assert list(ledger.history()) == before


def test_the_database_refuses_a_second_booking(ledger: Ledger, ledger_url: str) -> None:
    """Whoever writes to the tables: a place of a contract year is taken once, and a request is booked once."""
    ledger.book(contract(), request(), at=NOW)
    ledger.book(contract(), request("W-2"), at=NOW)
    insert = (
        "INSERT INTO ledger_bookings (id, number, contract_id, request_id, saturday, timezone, year_start, place) "
        "SELECT 'x', 2, contract_id, :request, saturday, timezone, :year, 0 FROM ledger_bookings"
    )
    for named, year in (("W-3", "2026-03-01"), ("W-1", "2027-03-01")):
        with pytest.raises(Exception, match=r"(?i)unique"):
            run(ledger_url, insert, request=named, year=year)
    run(ledger_url, insert, request="W-3", year="2027-03-01")


def test_a_long_history_is_read_in_pages() -> None:
    """All of it, in order, while the ledger goes on booking."""
    with Ledger("sqlite://", rulebook=bundled()) as ledger:
        for number in range(PAGE):
            ledger.book(contract(str(number)), request(), at=NOW)
        history = ledger.history()
        numbers = [next(history).number]
        ledger.book(contract("another"), request(), at=NOW)
        numbers += [record.number for record in history]
    assert numbers == list(range(1, PAGE + 2))


def test_a_path_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a path, as a text and as a URL; what is relative is so to the folder in which the ledger was opened."""
    monkeypatch.chdir(tmp_path)
    odd = "a b%20#?.db"
    with Ledger(odd, rulebook=bundled()) as ledger:
        monkeypatch.chdir("/")
        booking = ledger.book(contract(), request(), at=NOW).booking
        assert repr(ledger) == f"<Ledger {tmp_path / odd}, {bundled()!r}>"
    with Ledger(tmp_path / odd, rulebook=bundled()) as ledger:
        assert ledger.bookings("C-1") == (booking,)
    with Ledger(f"sqlite:///{tmp_path}/other.db", rulebook=bundled()) as ledger, pytest.raises(LedgerError):
        ledger.cancel("C-1/2026-12-12", at=NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == [odd, "other.db"]


def test_the_version_of_the_time_zones_is_told(tmp_path: Path) -> None:
    """As the system names it, in the first folder that has the zone; else as the package does."""
    folders = [tmp_path / name for name in ("nothing", "linux", "macos", "odd")]
    for folder in folders:
        folder.mkdir()
        if folder.name != "nothing":
            (folder / "Mars").write_bytes(b"TZif2")
    (tmp_path / "linux" / "tzdata.zi").write_text("# version 2025b\n# more\n")
    (tmp_path / "macos" / "+VERSION").write_text("2024a\n")
    (tmp_path / "odd" / "tzdata.zi").write_text("# redacted\n")
    nothing, linux, macos, odd = map(str, folders)
    assert timezone_data("Mars", (nothing, linux, macos)) == "2025b"
    assert timezone_data("Mars", (macos, linux)) == "2024a"
    assert timezone_data("Mars", (odd, linux)) is None
    package = import_module("tzdata").IANA_VERSION if find_spec("tzdata") else None
    assert timezone_data("Mars", (nothing,)) == package


def test_nothing_of_it_loads_before_it_is_used() -> None:
    """Who books nothing does not pay for SQLAlchemy, and who opens no PostgreSQL not for its driver."""
    script = "import sys; import xtreme_rules.ledger.ledger; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.split()
    assert not {"sqlalchemy", "psycopg"} & set(loaded)
