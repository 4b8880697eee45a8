"""Hypothesis strategies for what a desk is asked: an incident under its contract, and when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

import xtreme_rules as xr
from xtreme_rules.testing import incidents
from xtreme_rules.testing.drawing import Draw, saturday_of
from xtreme_rules.testing.pools import HOLIDAYS, IDENTIFIERS, TIMEZONES, pool_of
from xtreme_rules.testing.requests import GAPS


@st.composite
def desk_situations(
    draw: DrawFn,
    rulebook: xr.Rulebook | None = None,
    *,
    unknowns: bool = False,
    places: Sequence[tuple[str, date]] | None = None,
) -> dict[str, Any]:
    """An incident under its contract, booked weekends, and a moment of or after the submission, by keyword.

    Changes of package, weekends and the end of the contract lie near the submission more often. ``places`` are time
    zones, each with a day near which the incident is submitted.
    """
    packages, pick = pool_of(rulebook).declared("package"), Draw(draw, unknowns)
    timezone, day = pick.one_of(places) if places is not None else (pick.one_of(TIMEZONES), pick.day())
    day = pick.one_of((day, day + timedelta(days=1), day - timedelta(days=1), saturday_of(day)))
    start = day - timedelta(days=pick.one_of((0, 1, 30, 400)))
    submitted = pick.moment(timezone, day)
    while submitted.astimezone(ZoneInfo(timezone)).date() < start:
        submitted += timedelta(hours=1)
    until = max(start + timedelta(days=1), day + timedelta(days=pick.one_of((1000, 1000, 365, 365, 1, 2, 3, 8, 0))))
    changed = sorted({day + timedelta(days=pick.one_of((1, 0, 3, -1, 9))) for _ in range(pick.one_of((0, 0, 1, 2)))})
    contract = xr.Contract(
        id=pick.one_of(IDENTIFIERS),
        package=pick.maybe((*packages, packages[-1])),
        start=start if pick.known() else None,
        until=until if pick.known() else None,
        timezone=timezone if pick.known() else None,
        package_changes=tuple(xr.PackageChange(day=on, package=pick.one_of(packages)) for on in changed),
        holidays=pick.one_of((None, *HOLIDAYS)),
    )
    bookings = []
    for number in range(pick.one_of((1, 0, 2))):
        cancelled = pick.one_of((False, False, False, True))
        bookings.append(
            xr.Booking(
                id=f"booking-{number}",
                contract_id=pick.one_of((contract.id, contract.id, "another")),
                saturday=saturday_of(day) + timedelta(weeks=pick.one_of((0, 0, 1, -1))),
                status="cancelled" if cancelled else "booked",
                cancelled_at=submitted if cancelled else None,
            )
        )
    return {
        "contract": contract,
        "incident": draw(incidents(rulebook, unknowns=unknowns, submitted_at=submitted)),
        "bookings": tuple(bookings) if pick.known() else None,
        "at": submitted + pick.one_of(GAPS),
    }


@st.composite
def moments_about(draw: DrawFn, facts: Mapping[str, Any]) -> datetime:
    """Moments near the days that matter to some facts: of the contract, its weekends, its incident; often at an edge."""
    pick = Draw(draw)
    contract: xr.Contract = facts["contract"]
    booked = [booking.saturday for booking in facts.get("bookings") or ()]
    changed = [change.day for change in contract.package_changes]
    known = [day for day in (contract.start, contract.until, facts["at"].date()) if day is not None]
    day = pick.one_of([*known, *changed, *booked]) + timedelta(days=pick.one_of((0, 1, -1, 2, 5)))
    return pick.moment(contract.timezone or "UTC", day) + pick.one_of((timedelta(0), timedelta(microseconds=-1)))
