"""Whatever happens, in whatever order: the ledger against an account of its clauses in plain Python.

The account shares nothing with the rules: no engine, no vocabulary, no dateutil.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from conftest import bundled
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import xtreme_rules as xr
from xtreme_rules.ledger.entries import Entry
from xtreme_rules.ledger.errors import LedgerError
from xtreme_rules.ledger.ledger import Ledger

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
PACKAGES = ("elite", "elite", "elite", "premium", "xtreme")
#: Leap days, ends of months, and years that begin on a Saturday or a Sunday.
STARTS = (date(2024, 2, 29), date(2023, 12, 31), date(2024, 1, 31), date(2024, 3, 2), date(2024, 3, 3))
TIMEZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati")

_numbers = count()


@attrs.define
class Agreement:
    """A contract as the account has it."""

    id: str
    start: date
    until: date
    zone: ZoneInfo
    package: str
    changes: list[tuple[date, str]] = attrs.Factory(list)
    booked: "list[Stay]" = attrs.Factory(list)

    def fact(self) -> xr.Contract:
        return xr.Contract(
            id=self.id,
            package=self.package,
            start=self.start,
            until=self.until,
            timezone=self.zone.key,
            package_changes=[xr.PackageChange(day=day, package=package) for day, package in self.changes],
        )

    def package_on(self, day: date) -> str:
        return [self.package, *(package for since, package in self.changes if since <= day)][-1]

    def anniversary(self, number: int) -> date:
        year = self.start.year + number
        try:
            return self.start.replace(year=year)
        except ValueError:
            return date(year, 2, 28)

    def year_of(self, day: date) -> int:
        return sum(self.anniversary(number) <= day for number in range(1, 20)) if day >= self.start else -1


@attrs.define
class Stay:
    """A booking as the account has it; ``used`` is what counts: it stands, or it was cancelled too late."""

    id: str
    number: int
    request: xr.WeekendRequest
    saturday: date
    used: bool = True
    cancelled_at: datetime | None = None


class LedgerMachine(RuleBasedStateMachine):
    """Requests, cancellations, upgrades, renewals and the passing of time, in any order."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.ledger = Ledger(url, rulebook=bundled())
        self.run = f"run-{next(_numbers)}"
        self.agreements: list[Agreement] = []
        self.expected: list[tuple[object, ...]] = []
        self.entries: list[Entry] = []
        self.now = datetime(2024, 2, 20, tzinfo=UTC)

    @initialize(
        starts=st.lists(st.sampled_from(STARTS), min_size=2, max_size=2),
        years=st.integers(1, 3),
        zones=st.lists(st.sampled_from(TIMEZONES), min_size=2, max_size=2),
        package=st.sampled_from(PACKAGES),
    )
    def begin(self, starts: list[date], years: int, zones: list[str], package: str) -> None:
        for number, (start, zone) in enumerate(zip(starts, zones, strict=True)):
            agreement = Agreement(f"{self.run}-{number}", start, start, ZoneInfo(zone), package if number else "elite")
            agreement.until = agreement.anniversary(years)
            self.agreements.append(agreement)

    @rule(days=st.integers(0, 60), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)

    @precondition(lambda self: any(self.standing()))
    @rule(data=st.data(), early=st.booleans())
    def time_passes_until_a_weekend_begins(self, data: st.DataObject, early: bool) -> None:
        agreement, stay = data.draw(st.sampled_from(list(self.standing())))
        begins = self.begins(agreement, stay.saturday) - timedelta(microseconds=early)
        self.now = max(self.now, begins)

    @rule(which=st.integers(0, 1), package=st.sampled_from(PACKAGES), days=st.integers(-30, 60))
    def the_package_changes(self, which: int, package: str, days: int) -> None:
        agreement = self.agreements[which]
        day = self.now.date() + days * DAY
        if not agreement.changes or agreement.changes[-1][0] < day:
            agreement.changes.append((day, package))

    @rule(which=st.integers(0, 1))
    def it_is_renewed(self, which: int) -> None:
        agreement = self.agreements[which]
        agreement.until = agreement.anniversary(agreement.year_of(agreement.until) + 1)

    @rule()
    def the_ledger_is_opened_anew(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.url, rulebook=bundled())

    @rule(
        which=st.integers(0, 1),
        name=st.sampled_from("ABCD"),
        near=st.sampled_from(["now", "booked", "anniversary"]),
        weeks=st.integers(-1, 6),
        wrong=st.sampled_from(
            [{}] * 9 + [{"accepts_english": False}, {"accepts_english": None}, {"products": "custom"}]
        ),
    )
    def ask(self, which: int, name: str, near: str, weeks: int, wrong: dict[str, Any]) -> None:
        agreement = self.agreements[which]
        days = {
            "now": self.now.astimezone(agreement.zone).date() + 2 * WEEK,
            "anniversary": agreement.anniversary(agreement.year_of(self.now.date()) + 1),
            "booked": agreement.booked[-1].saturday if agreement.booked else self.now.date(),
        }
        saturday = days[near] + timedelta(days=(5 - days[near].weekday()) % 7) + (weeks - 1) * WEEK
        products = [xr.Component(id="ledger", standard="products" not in wrong)]
        request = xr.WeekendRequest(
            id=name,
            saturday=saturday,
            submitted_at=self.now,
            products=products,
            accepts_english=wrong.get("accepts_english", True),
            implementation_consulting=False,
        )
        self.check_answer(agreement, request)

    @precondition(lambda self: any(agreement.booked for agreement in self.agreements))
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        stays = [(agreement, stay) for agreement in self.agreements for stay in agreement.booked]
        agreement, stay = data.draw(st.sampled_from(stays))
        self.check_answer(agreement, attrs.evolve(stay.request, submitted_at=self.now))

    @precondition(lambda self: any(agreement.booked for agreement in self.agreements))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        stays = [(agreement, stay) for agreement in self.agreements for stay in agreement.booked]
        agreement, stay = data.draw(st.sampled_from(stays))
        cancellation = self.ledger.cancel(stay.id, at=self.now)
        assert cancellation.repeated == (stay.cancelled_at is not None)
        if not cancellation.repeated:
            stay.cancelled_at, stay.used = self.now, self.now >= self.begins(agreement, stay.saturday)
            self.expected.append(("cancellation", None, (), (), stay.request.id, stay.id))
        assert cancellation.in_time == (not stay.used)
        self.check_bookings(agreement)

    def check_answer(self, agreement: Agreement, request: xr.WeekendRequest) -> None:
        """The ledger answers what the account does."""
        own = [stay for stay in agreement.booked if stay.used and stay.request.id == request.id]
        if own and (
            own[0].cancelled_at or attrs.evolve(request, submitted_at=own[0].request.submitted_at) != own[0].request
        ):
            with pytest.raises(LedgerError):
                self.ledger.book(agreement.fact(), request, at=self.now)
            return
        entry = self.ledger.book(agreement.fact(), request, at=self.now)
        assert entry.repeated == bool(own)
        if own:
            assert (entry.number, entry.decision.granted) == (own[0].number, True)
            return
        unmet, unknown = self.failures(agreement, request)
        assert (set(entry.decision.unmet), set(entry.decision.unknown)) == (unmet, unknown)
        assert (entry.booking is not None) == (not unmet and not unknown)
        self.entries.append(entry)
        decision, booked = entry.decision, None
        if entry.booking is not None:
            assert request.saturday is not None
            booked = entry.booking.id
            agreement.booked.append(Stay(booked, entry.number, request, request.saturday))
        self.expected.append(("decision", decision.outcome, decision.unmet, decision.unknown, request.id, booked))
        self.check_bookings(agreement)

    def failures(self, agreement: Agreement, request: xr.WeekendRequest) -> tuple[set[str], set[str]]:
        """The conditions that are not met, and those that are not known, clause by clause."""
        saturday = request.saturday
        assert saturday is not None
        assert request.submitted_at is not None
        sunday = saturday + DAY
        year = agreement.year_of(saturday)
        holds = {
            "package": {agreement.package_on(saturday), agreement.package_on(sunday)} == {"elite"},
            "in-force": agreement.start <= saturday and sunday < agreement.until,
            "one-contract-year": agreement.year_of(sunday) == year,
            "two-weeks-notice": (saturday - request.submitted_at.astimezone(agreement.zone).date()).days >= 14,
            "one-per-contract-year": not any(
                stay.used and agreement.year_of(stay.saturday) == year for stay in agreement.booked
            ),
            "standard-products": all(product.standard for product in request.products or ()),
            "working-language": request.accepts_english,
            "no-implementation-consulting": not request.implementation_consulting,
        }
        return {name for name, held in holds.items() if held is False}, {n for n, held in holds.items() if held is None}

    def standing(self) -> Any:
        return ((item, stay) for item in self.agreements for stay in item.booked if stay.cancelled_at is None)

    @staticmethod
    def begins(agreement: Agreement, saturday: date) -> datetime:
        return datetime.combine(saturday, time(), agreement.zone).astimezone(UTC)

    @invariant()
    def never_two_weekends_in_one_contract_year(self) -> None:
        """Whatever is asked, cancelled, upgraded or renewed: never two used weekends in one contract year."""
        for agreement in self.agreements:
            years = [agreement.year_of(stay.saturday) for stay in agreement.booked if stay.used]
            assert len(years) == len(set(years))

    def check_bookings(self, agreement: Agreement) -> None:
        """The bookings are those of the account."""
        kept = [(item.id, item.saturday, item.cancelled_at) for item in self.ledger.bookings(agreement.id)]
        assert kept == [(stay.id, stay.saturday, stay.cancelled_at) for stay in agreement.booked]

    def teardown(self) -> None:
        try:
            self.check_history()
        finally:
            self.ledger.close()

    def check_history(self) -> None:
        """Every decision and cancellation is recorded, and every decision replays to the same answer.

        What was booked in other years changes none of them.
        """
        ours = {agreement.id for agreement in self.agreements}
        records = [record for name in sorted(ours) for record in self.ledger.history(name)]
        records.sort(key=lambda record: record.number)
        assert self.expected == [
            (record.kind, record.outcome, record.unmet, record.unknown, record.request_id, record.booking_id)
            for record in records
        ]
        for entry in self.entries:
            decision = self.ledger.replay(entry.number)
            assert decision == entry.decision
            agreement = next(item for item in self.agreements if item.id == decision.facts["contract"].id)
            year = agreement.year_of(decision.facts["weekend"].saturday)
            same_year = [item for item in decision.facts["bookings"] if agreement.year_of(item.saturday) == year]
            alone = bundled().decide(decision.option, **{**decision.facts, "bookings": same_year})
            assert (alone.unmet, alone.unknown) == (decision.unmet, decision.unknown)


EXAMPLES = {"sqlite": (50, 50), "postgresql": (20, 50)}


def test_no_schedule_breaks_the_ledger(ledger_url: str) -> None:
    """One weekend a contract year, two weeks' notice, inside the contract; recorded and replayed."""
    examples, steps = EXAMPLES[ledger_url.partition(":")[0].partition("+")[0]]
    make: Callable[[], RuleBasedStateMachine] = lambda: LedgerMachine(ledger_url)  # noqa: E731
    run_state_machine_as_test(make, settings=settings(max_examples=examples, stateful_step_count=steps))
