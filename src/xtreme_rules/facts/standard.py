"""The standard facts: what is known of a contract, a request and its history.

A field that is ``None`` is *not known*, and a decision says when it needs it. Identifiers are never unknown, and
history (a booking, a change of package) is complete or not given at all. Days are days of the contract's time zone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.errors import Problem, clipped, did_you_mean
from xtreme_rules.facts.fact import Fact, Problems
from xtreme_rules.facts.types import Declared


@attrs.frozen(kw_only=True)
class PackageChange(Fact):
    """From ``day`` on (inclusive), the contract has another package."""

    day: date
    package: Annotated[str, Declared("package")]


@attrs.frozen(kw_only=True)
class Contract(Fact):
    """A support contract.

    Attributes:
        id: the contract's own identifier.
        package: the package at the start, one of the rulebook's packages.
        start: the first day covered.
        until: the first day no longer covered (assumption: a contract's period).
        timezone: an IANA name such as ``Europe/Amsterdam``; every day and every coverage hour is read in it.
        package_changes: later packages, each from its day on, in the order of their days.
        holidays: whose public holidays close its coverage hours: a country such as ``NL``, or a country and
            subdivision such as ``DE-BY``; ``None`` where the contract names none, and no day is a holiday.
    """

    id: str
    package: Annotated[str | None, Declared("package")] = None
    start: date | None = None
    until: date | None = None
    timezone: str | None = None
    package_changes: Sequence[PackageChange] = ()
    holidays: str | None = None

    def _problems(self) -> Problems:
        if self.start is not None and self.until is not None and self.until <= self.start:
            yield Problem(
                "until",
                f"{self.until} is not after start ({self.start})",
                "until is the first day no longer covered",
            )
        if self.timezone is not None:
            yield from _timezone_problems(self.timezone)
        days = [change.day for change in self.package_changes]
        if sorted(set(days)) != days:
            yield Problem("package_changes", "the days must be in order, each once", "sort the changes by their day")
        if self.holidays is not None:
            from xtreme_rules.coverage.holidays import holiday_problems

            yield from holiday_problems(self.holidays)

    @staticmethod
    def _column_problems(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        if {"start", "until"} <= columns.keys():
            yield (
                "until",
                columns["until"] <= columns["start"],
                "is not after start; it is the first day no longer covered",
            )

    def _along_with(self, name: str, value: Any) -> dict[str, Any]:
        """Another package is another one throughout, whatever changes there are."""
        return {name: value, "package_changes": ()} if name == "package" else {name: value}


def _timezone_problems(name: str) -> Problems:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        from zoneinfo import available_timezones

        suggestion = did_you_mean(name, available_timezones())
        yield Problem(
            "timezone",
            f"unknown time zone `{clipped(name, 60)}`",
            suggestion or "use an IANA name, such as `Europe/Amsterdam`",
        )


@attrs.frozen(kw_only=True)
class Component(Fact):
    """A product or component system.

    Attributes:
        id: the component's own identifier.
        standard: whether it is standard, not customised.
        generally_available: whether it is generally available.
        under_agreement: whether the support agreement covers it.
    """

    id: str
    standard: bool | None = None
    generally_available: bool | None = None
    under_agreement: bool | None = None


@attrs.frozen(kw_only=True)
class Pause(Fact):
    """Time in which an incident waits for the customer: from ``start`` to ``end``, or still going on.

    Attributes:
        start: when the waiting began.
        end: when it ended; ``None`` while it goes on.
    """

    start: datetime
    end: datetime | None = None

    def _problems(self) -> Problems:
        if self.end is not None and self.end < self.start:
            yield Problem("end", f"{_utc(self.end)} lies before start ({_utc(self.start)})")


@attrs.frozen(kw_only=True)
class Incident(Fact):
    """A logged incident.

    Attributes:
        id: the incident's own identifier.
        severity: one of the rulebook's severities; 1 is the highest urgency.
        submitted_at: when it was logged.
        component: what it is about.
        pauses: the times in which it waited for the customer, one after another; only the last may still go on.
        responded_at: when support responded; ``None`` where it has not.
    """

    id: str
    severity: Annotated[int | None, Declared("severity")] = None
    submitted_at: datetime | None = None
    component: Component | None = None
    pauses: Sequence[Pause] = ()
    responded_at: datetime | None = None

    def _problems(self) -> Problems:
        for index, (pause, following) in enumerate(pairwise(self.pauses)):
            if pause.end is None or following.start < pause.end:
                end = "goes on" if pause.end is None else f"ends at {_utc(pause.end)}"
                yield Problem(
                    f"pauses[{index + 1}]",
                    f"overlaps the pause before it, which {end}",
                    "give the pauses one after another, in order",
                )
        if self.submitted_at is None:
            return
        moments = [(f"pauses[{index}].start", pause.start) for index, pause in enumerate(self.pauses)]
        if self.responded_at is not None:
            moments.append(("responded_at", self.responded_at))
        for path, moment in moments:
            if moment < self.submitted_at:
                yield Problem(path, f"{_utc(moment)} lies before submitted_at ({_utc(self.submitted_at)})")

    @staticmethod
    def _column_problems(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        if {"submitted_at", "responded_at"} <= columns.keys():
            yield "responded_at", columns["responded_at"] < columns["submitted_at"], "lies before submitted_at"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


@attrs.frozen(kw_only=True)
class Question(Fact):
    """A question to support.

    Attributes:
        topic: one of the rulebook's topics, such as ``installation``.
        component: what it is about.
    """

    topic: Annotated[str | None, Declared("topic")] = None
    component: Component | None = None


@attrs.frozen(kw_only=True)
class RemoteAccess(Fact):
    """What the customer arranges so that support can work on the system from a distance.

    Attributes:
        authorised: whether the customer authorises it fully.
        connection_provided: whether the customer provides the connection.
        customer_present: whether the customer is present to discuss the problem.
    """

    authorised: bool | None = None
    connection_provided: bool | None = None
    customer_present: bool | None = None


@attrs.frozen(kw_only=True)
class Subscription(Fact):
    """Whether the customer signed up for notifications of solutions to critical problems."""

    critical_notifications: bool | None = None


@attrs.frozen(kw_only=True)
class AdopterProgramme(Fact):
    """Whether the customer can take part in a beta or early-adopter programme.

    Attributes:
        planning_allows: whether the planning allows it.
        capacity_allows: whether the capacity allows it.
        business_requirements_met: whether the business requirements are met.
        environment_requirements_met: whether the requirements on the environment are met.
    """

    planning_allows: bool | None = None
    capacity_allows: bool | None = None
    business_requirements_met: bool | None = None
    environment_requirements_met: bool | None = None


@attrs.frozen(kw_only=True)
class Escalation(Fact):
    """Whether a problem needs specialists or developers."""

    specialist_needed: bool | None = None


@attrs.frozen(kw_only=True)
class WeekendRequest(Fact):
    """A request for support during a special-event weekend.

    Attributes:
        id: the request's own identifier; asking again with it is the same request.
        saturday: the Saturday that names the weekend (assumption: a weekend is Saturday 00:00 to Monday 00:00).
        submitted_at: when the request was submitted.
        products: the products that support is asked for, at least one.
        accepts_english: whether the customer accepts English as the working language.
        implementation_consulting: whether the purpose is implementation consulting.
    """

    id: str
    saturday: date | None = None
    submitted_at: datetime | None = None
    products: Sequence[Component] | None = None
    accepts_english: bool | None = None
    implementation_consulting: bool | None = None

    def _problems(self) -> Problems:
        if self.saturday is not None:
            yield from _saturday_problems(self.saturday)
        if self.products == ():
            yield Problem("products", "is empty", "name at least one product, or leave it out while it is not known")

    @staticmethod
    def _column_problems(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        yield from _column_saturday_problems(columns)


@attrs.frozen(kw_only=True)
class Booking(Fact):
    """A weekend that was booked for a contract, and whether it was cancelled.

    Attributes:
        id: the booking's own identifier.
        contract_id: the contract that it was booked for; bookings of other contracts are ignored.
        saturday: the Saturday that names the weekend.
        status: ``booked`` or ``cancelled``.
        request_id: the request that it was made for; ``None`` where it was made for none.
        cancelled_at: when it was cancelled; given exactly when the status is ``cancelled``.
    """

    id: str
    contract_id: str
    saturday: date
    status: Literal["booked", "cancelled"]
    request_id: str | None = None
    cancelled_at: datetime | None = None

    def _problems(self) -> Problems:
        yield from _saturday_problems(self.saturday)
        if self.status == "cancelled" and self.cancelled_at is None:
            yield Problem("cancelled_at", "must be given for a cancelled booking")
        if self.status == "booked" and self.cancelled_at is not None:
            yield Problem("cancelled_at", "is given, yet the status is `booked`", "make the status `cancelled`")

    @staticmethod
    def _column_problems(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        yield from _column_saturday_problems(columns)
        if {"status", "cancelled_at"} <= columns.keys():
            cancelled, unknown = columns["status"] == "cancelled", columns["cancelled_at"].is_null()
            yield "cancelled_at", cancelled & unknown, "must be given for a cancelled booking"
            yield "cancelled_at", ~cancelled & ~unknown, "is given, yet the status is `booked`"

    def _alternatives(self, at: datetime) -> "Iterable[Booking]":
        """A booking could be cancelled."""
        return () if self.status == "cancelled" else (attrs.evolve(self, status="cancelled", cancelled_at=at),)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _saturday_problems(day: date) -> Problems:
    if day.weekday() != 5:
        saturday = day - timedelta(days=(day.weekday() - 5) % 7)
        name = _WEEKDAYS[day.weekday()]
        yield Problem("saturday", f"{day} is a {name}", f"a weekend is named by its Saturday, such as {saturday}")


def _column_saturday_problems(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    if "saturday" in columns:
        yield "saturday", (columns["saturday"] + 3) % 7 != 5, "is no Saturday; a weekend is named by its Saturday"


#: What to do about a fact that a rulebook does not know.
OWN_FACTS = "a fact of your own is given to `load` as `facts=`, or on the command line as `--fact-classes`"

#: The facts that every rulebook knows, by the name of the keyword argument that brings them.
STANDARD_FACTS: Mapping[str, object] = {
    "contract": Contract,
    "component": Component,
    "incident": Incident,
    "question": Question,
    "access": RemoteAccess,
    "subscription": Subscription,
    "programme": AdopterProgramme,
    "escalation": Escalation,
    "weekend": WeekendRequest,
    "bookings": Sequence[Booking],
    "at": datetime,
}
