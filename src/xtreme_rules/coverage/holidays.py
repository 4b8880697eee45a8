"""Public holidays by country and subdivision, from the ``holidays`` library, which loads when first asked."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from xtreme_rules.errors import FactError, Problem, clipped, did_you_mean

if TYPE_CHECKING:
    from holidays import HolidayBase


def holiday_problems(code: str) -> Iterator[Problem]:
    """What is wrong with a code such as ``NL`` or ``DE-BY``: an unknown country, or an unknown subdivision of it."""
    country, dash, subdivision = code.partition("-")
    supported = _supported()
    if country not in supported:
        suggestion = did_you_mean(country, supported) or "use an ISO 3166 code, such as `NL` or `DE-BY`"
        yield Problem("holidays", f"no public holidays are known for `{clipped(country, 60)}`", suggestion)
    elif dash and subdivision not in supported[country]:
        suggestion = did_you_mean(subdivision, supported[country]) or f"use `{country}` alone"
        yield Problem(
            "holidays", f"`{country}` has no subdivision `{clipped(subdivision, 60)}` with public holidays", suggestion
        )


@lru_cache(maxsize=1)
def _supported() -> dict[str, list[str]]:
    """The subdivisions of each country; the library makes this list anew each time, in 200 microseconds."""
    import holidays

    return holidays.list_supported_countries()


def is_holiday(day: date, code: str) -> bool:
    """Whether ``day`` is a public holiday under ``code``.

    Raises:
        FactError: the holidays of its year are not known.
    """
    return day in holidays_of(code, day.year)


@lru_cache(maxsize=4_096)
def holidays_of(code: str, year: int) -> frozenset[date]:
    """The public holidays of one year, as a table of our own: the library's fills while it is read, by any thread.

    Raises:
        FactError: they are not known.
    """
    if year not in known_years(code):
        raise unknown_year(code, year)
    return frozenset(_country(code, year))


@lru_cache(maxsize=1_024)
def known_years(code: str) -> range:
    """The years whose public holidays are known."""
    country = _country(code)
    return range(country.start_year, country.end_year + 1)


def unknown_year(code: str, year: int) -> FactError:
    """The error for a moment in a year whose public holidays are not known."""
    known = known_years(code)
    message = f"the public holidays of `{code}` are known for {known.start} to {known.stop - 1}, not for {year}"
    help_ = "update the `holidays` package, or name no holidays, and no day counts as one"
    return FactError([Problem("contract.holidays", message, help_)])


def _country(code: str, year: int | None = None) -> "HolidayBase":
    import holidays

    country, _, subdivision = code.partition("-")
    with catch_warnings():  # of some countries it says that single holidays of early years are not exact
        simplefilter("ignore", UserWarning)
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
