"""The situations that every contender decides, in turn: contract, request and bookings, made beforehand."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules import Booking, Component, Contract, PackageChange, WeekendRequest

Case = tuple[Contract, WeekendRequest, list[Booking] | None]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

CONTRACT = Contract(
    id="c-1",
    package="elite",
    start=date(2026, 3, 1),
    until=date(2029, 3, 1),
    timezone="Europe/Amsterdam",
    holidays="NL",
)
WEEKEND = WeekendRequest(
    id="w-1",
    saturday=date(2026, 12, 12),
    submitted_at=datetime(2026, 11, 2, 10, 0, tzinfo=AMSTERDAM),
    products=(Component(id="p-1", standard=True), Component(id="p-2", standard=True)),
    accepts_english=True,
    implementation_consulting=False,
)
ELITE_FROM_NOVEMBER = PackageChange(day=date(2026, 11, 15), package="elite")
PREMIUM_FROM_SUNDAY = PackageChange(day=date(2026, 12, 13), package="premium")


def _booking(
    saturday: date, contract: str = "c-1", request: str | None = None, cancelled: datetime | None = None
) -> Booking:
    return Booking(
        id=f"b-{saturday}-{contract}",
        contract_id=contract,
        saturday=saturday,
        status="booked" if cancelled is None else "cancelled",
        request_id=request,
        cancelled_at=cancelled,
    )


SITUATIONS: dict[str, Case] = {
    "granted: nothing booked yet": (CONTRACT, WEEKEND, []),
    "granted: a weekend cancelled in time, one of another contract, one of the year after": (
        CONTRACT,
        WEEKEND,
        [
            _booking(date(2026, 6, 6), cancelled=datetime(2026, 5, 4, tzinfo=AMSTERDAM)),
            _booking(date(2026, 9, 5), contract="c-2"),
            _booking(date(2027, 5, 8)),
        ],
    ),
    "granted: elite since a month, and asked again after it was booked": (
        attrs.evolve(CONTRACT, package="premium", package_changes=(ELITE_FROM_NOVEMBER,)),
        WEEKEND,
        [_booking(date(2026, 12, 12), request="w-1")],
    ),
    "denied for one: thirteen days of notice in the contract's zone, fourteen in UTC": (
        CONTRACT,
        attrs.evolve(WEEKEND, submitted_at=datetime(2026, 11, 29, 0, 30, tzinfo=AMSTERDAM)),
        [_booking(date(2027, 5, 8))],
    ),
    "denied for one: the year's weekend is booked": (CONTRACT, WEEKEND, [_booking(date(2026, 10, 10))]),
    "denied for several: a lower package from the Sunday on, the second contract year begins on it, and so on": (
        attrs.evolve(CONTRACT, start=date(2025, 12, 13), package_changes=(PREMIUM_FROM_SUNDAY,)),
        attrs.evolve(
            WEEKEND,
            submitted_at=datetime(2026, 12, 8, 9, 0, tzinfo=AMSTERDAM),
            products=(Component(id="p-1", standard=True), Component(id="p-3", standard=False)),
            implementation_consulting=True,
        ),
        [],
    ),
    "denied though some is unknown: cancelled too late, no moment of submission": (
        CONTRACT,
        attrs.evolve(WEEKEND, submitted_at=None),
        [
            _booking(date(2026, 10, 10), cancelled=datetime(2026, 10, 11, tzinfo=AMSTERDAM)),
            _booking(date(2026, 9, 5), contract="c-2"),
        ],
    ),
    "needs information: one product, the language and the bookings are unknown": (
        CONTRACT,
        attrs.evolve(WEEKEND, products=(Component(id="p-1", standard=True), Component(id="p-4")), accepts_english=None),
        None,
    ),
}
