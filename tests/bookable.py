"""Contracts and requests that are granted unless something is changed, for the tests of the ledger."""

from datetime import UTC, date, datetime
from typing import Any

import xtreme_rules as xr

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
SATURDAY = date(2026, 12, 12)
LATER = date(2026, 12, 19)
NEXT_YEAR = date(2027, 4, 3)


def contract(id: str = "C-1", **changes: Any) -> xr.Contract:  # noqa: A002
    facts: dict[str, Any] = {
        "package": "elite",
        "start": date(2026, 3, 1),
        "until": date(2029, 3, 1),
        "timezone": "Europe/Amsterdam",
    }
    return xr.Contract(id=id, **(facts | changes))


def request(id: str = "W-1", saturday: date | None = SATURDAY, **changes: Any) -> xr.WeekendRequest:  # noqa: A002
    facts: dict[str, Any] = {
        "submitted_at": NOW,
        "products": (xr.Component(id="ledger", standard=True),),
        "accepts_english": True,
        "implementation_consulting": False,
    }
    return xr.WeekendRequest(id=id, saturday=saturday, **(facts | changes))
