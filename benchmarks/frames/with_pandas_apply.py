"""The library without tables: pandas joins, and ``DataFrame.apply`` decides row by row, on facts made for each row."""

from pathlib import Path
from typing import Any

import pandas as pd

from xtreme_rules import Booking, Component, Contract, WeekendRequest, load

RULEBOOK = load()
CONDITIONS = [reason.condition for reason in RULEBOOK.decide("special-event-weekend").conditions]


def decide(folder: Path) -> pd.DataFrame:
    """The id, the outcome and both masks of every request."""
    contracts = pd.read_parquet(folder / "contracts.parquet")
    requests = pd.read_parquet(folder / "requests.parquet")
    rows = requests.merge(contracts, how="left", left_on="contract.id", right_on="id")
    bookings: dict[str, list[Booking]] = {}
    for number, booking in enumerate(pd.read_parquet(folder / "bookings.parquet").to_dict("records")):
        known = {name: value for name, value in booking.items() if not pd.isna(value)}
        bookings.setdefault(booking["contract_id"], []).append(Booking(id=f"b-{number}", **known))
    decided = rows.apply(_decide, axis=1, result_type="expand", bookings=bookings)
    decided.columns = pd.Index(["outcome", "unmet", "unknown"])
    return pd.concat([requests[["weekend.id"]], decided], axis=1)


def _decide(row: Any, bookings: dict[str, list[Booking]]) -> tuple[str, int, int]:
    facts: dict[str, Any] = {name: None if pd.isna(value) else value for name, value in row.items()}
    contract = Contract(**{name: facts[name] for name in ("id", "package", "start", "until", "timezone")})
    weekend = WeekendRequest(
        id=facts["weekend.id"],
        saturday=facts["weekend.saturday"],
        submitted_at=facts["weekend.submitted_at"],
        products=[Component(id="product", standard=facts["weekend.products[].standard"])],
        accepts_english=facts["weekend.accepts_english"],
        implementation_consulting=facts["weekend.implementation_consulting"],
    )
    decision = RULEBOOK.decide(
        "special-event-weekend", contract=contract, weekend=weekend, bookings=bookings.get(contract.id, ())
    )
    return decision.outcome.value, _mask(decision.unmet), _mask(decision.unknown)


def _mask(conditions: tuple[str, ...]) -> int:
    return sum(1 << CONDITIONS.index(condition) for condition in conditions)
