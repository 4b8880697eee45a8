"""Strategies for contracts and the weekends that are asked for and booked under them."""

from collections.abc import Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.api import Rulebook
from xtreme_rules.facts.standard import Booking, Contract, PackageChange, WeekendRequest
from xtreme_rules.testing.drawing import FIRST_DAY, Draw, Unknowns
from xtreme_rules.testing.pools import HOLIDAYS, IDENTIFIERS, TIMEZONES, pool_of
from xtreme_rules.testing.requests import MOSTLY, components


@st.composite
def contracts(draw: DrawFn, rulebook: Rulebook | None = None, *, unknowns: Unknowns = True) -> Contract:
    """Contracts of a day, of one year or of three, with up to three changes of package."""
    packages, pick = pool_of(rulebook).declared("package"), Draw(draw, unknowns)
    start = pick.day() if pick.known() else None
    period = pick.one_of([relativedelta(years=years) for years in (3, 3, 3, 1)] + [relativedelta(days=1)])
    changed = sorted({pick.day() for _ in range(pick.one_of((0, 0, 0, 1, 2, 3)))})
    return Contract(
        id=pick.one_of(IDENTIFIERS),
        package=pick.maybe((*packages, packages[-1])),
        start=start,
        until=(start or FIRST_DAY) + period if pick.known() else None,
        timezone=pick.maybe(TIMEZONES),
        package_changes=tuple(PackageChange(day=day, package=pick.one_of(packages)) for day in changed),
        holidays=pick.one_of((None, *HOLIDAYS)),
    )


@st.composite
def weekend_requests(
    draw: DrawFn,
    rulebook: Rulebook | None = None,
    *,
    unknowns: Unknowns = True,
    near: Sequence[date] = (),
    timezone: str | None = None,
) -> WeekendRequest:
    """Requests for a weekend near the anniversaries of some days, submitted about two weeks before more often."""
    pool, pick = pool_of(rulebook), Draw(draw, unknowns)
    saturday = pick.saturday(near) if pick.known() else None
    submitted_on = (saturday or pick.day()) - timedelta(days=pick.one_of((14, 15, 13, 28, 1)))
    component = pool.of(components, unknowns=unknowns)
    products = tuple(draw(component) for _ in range(pick.one_of((1, 1, 1, 2, 3))))
    return WeekendRequest(
        id=pick.one_of(IDENTIFIERS),
        saturday=saturday,
        submitted_at=pick.moment(timezone, submitted_on) if pick.known() else None,
        products=products if pick.known() else None,
        accepts_english=pick.maybe(MOSTLY),
        implementation_consulting=pick.maybe((False, False, False, True)),
    )


@st.composite
def booking_lists(draw: DrawFn, near: Sequence[date] = (), timezone: str | None = None) -> tuple[Booking, ...]:
    """Histories: bookings of few contracts and requests, some cancelled, about the start of the weekend more often."""
    pick = Draw(draw)
    return tuple(booking(pick, f"booking-{number}", near, timezone) for number in range(pick.one_of((0, 1, 1, 2, 3))))


def booking(pick: Draw, id: str, near: Sequence[date], timezone: str | None) -> Booking:  # noqa: A002
    """A booking of one of few contracts, with an id."""
    saturday = pick.saturday(near)
    cancelled_on = pick.one_of((None, None, saturday, saturday - timedelta(days=1), pick.day()))
    return Booking(
        id=id,
        contract_id=pick.one_of(IDENTIFIERS),
        saturday=saturday,
        status="booked" if cancelled_on is None else "cancelled",
        request_id=pick.one_of((None, *IDENTIFIERS)),
        cancelled_at=None if cancelled_on is None else pick.moment(timezone, cancelled_on),
    )
