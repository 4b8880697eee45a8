"""What the tests of triage start from: a contract, incidents, and moments on its wall clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import xtreme_rules as xr

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
#: Later than every moment, for what never comes.
NEVER = datetime.max.replace(tzinfo=UTC)
CONTRACT = xr.Contract(
    id="C", package="xtreme", start=date(2026, 1, 1), until=date(2029, 1, 1), timezone="Europe/Amsterdam", holidays="NL"
)
#: Two products, the first with response times of its own.
PORTAL, LEDGER = xr.Component(id="customer-portal"), xr.Component(id="ledger")


def local(text: str, fold: int = 0) -> datetime:
    """A moment on the wall clock of Amsterdam, such as ``06-01 09:00``; of 2026 if it names no year."""
    full = text if text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=AMSTERDAM, fold=fold)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def pauses(*bounds: tuple[str, str | None]) -> tuple[xr.Pause, ...]:
    """Pauses between such moments."""
    return tuple(xr.Pause(start=local(start), end=None if end is None else local(end)) for start, end in bounds)


def incident(severity: int | None, submitted: str | None = "06-01 09:00", **more: Any) -> xr.Incident:
    """An incident about the ledger, submitted on a Monday morning unless another moment is given."""
    at = None if submitted is None else local(submitted)
    return xr.Incident(**{"id": "I", "severity": severity, "submitted_at": at, "component": LEDGER, **more})
