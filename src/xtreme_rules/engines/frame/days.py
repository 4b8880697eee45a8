"""The calendar as arithmetic on columns of whole numbers: a day is its distance from 1970-01-01.

Years here begin on 1 March, so that a leap day is the last day of its year and no month's length depends on the year:
the same month and day then is the same ordinal in every year, from 0 for 1 March to 364 for 28 February, and 365.
"""

from datetime import date

import narwhals as nw

from xtreme_rules.engines.frame.plan import Plan

EPOCH = date(1970, 1, 1)
#: From 1 March of the year 0 to 1970-01-01.
_FROM_YEAR_0 = 719_468
_QUARTER, _CENTURY = 1_461, 146_097  # days in 4 years, and in 400
LEAP_DAY = 365


def number(day: date) -> int:
    """A day as a whole number."""
    return day.toordinal() - EPOCH.toordinal()


def year_of(plan: Plan, day: nw.Expr, key: str) -> tuple[nw.Expr, nw.Expr]:
    """The year that a day lies in, and its ordinal in it, as columns of a plan; ``key`` names the day.

    Nothing is divided that is a quotient itself, unless it is a column: some libraries write a division as half a page
    of SQL, with what is divided in it several times.
    """
    since = day + _FROM_YEAR_0
    century = plan.column(f"century of {key}", lambda: (since * 4 + 3) // _CENTURY)
    rest = plan.column(f"day of the century of {key}", lambda: since - century * _CENTURY // 4)
    year = plan.column(f"year of the century of {key}", lambda: (rest * 4 + 3) // _QUARTER)
    ordinal = plan.column(f"ordinal of {key}", lambda: rest - year * _QUARTER // 4)
    return plan.column(f"year of {key}", lambda: century * 100 + year), ordinal


def day_at(year: nw.Expr, ordinal: nw.Expr) -> nw.Expr:
    """The day at an ordinal of a year."""
    return year * 365 + year // 4 - year // 100 + year // 400 + ordinal - _FROM_YEAR_0


def ends_with_leap_day(year: nw.Expr) -> nw.Expr:
    """Whether a year, which begins on 1 March, ends on 29 February."""
    following = year + 1
    return (following % 4 == 0) & ((following % 100 != 0) | (following % 400 == 0))


def weekday(day: nw.Expr) -> nw.Expr:
    """The weekday of a day; Monday is 0."""
    return (day + 3) % 7
