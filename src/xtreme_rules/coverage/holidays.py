"""Public holidays by country and subdivision, from the ``holidays`` library, which loads when first asked."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from xtreme_rules.errors import Problem, clipped, did_you_mean


def holiday_problems(code: str) -> Iterator[Problem]:
    """What is wrong with a code such as ``NL`` or ``DE-BY``: an unknown country, or an unknown subdivision of it."""
    import holidays

    country, dash, subdivision = code.partition("-")
    supported = holidays.list_supported_countries()
    if country not in supported:
        suggestion = did_you_mean(country, supported) or "use an ISO 3166 code, such as `NL` or `DE-BY`"
        yield Problem("holidays", f"no public holidays are known for `{clipped(country, 60)}`", suggestion)
    elif dash and subdivision not in supported[country]:
        suggestion = did_you_mean(subdivision, supported[country]) or f"use `{country}` alone"
        yield Problem(
            "holidays", f"`{country}` has no subdivision `{clipped(subdivision, 60)}` with public holidays", suggestion
        )


def is_holiday(day: date, code: str) -> bool:
    """Whether ``day`` is a public holiday under ``code``."""
    return day in _holidays(code, day.year)


@lru_cache(maxsize=4_096)
def _holidays(code: str, year: int) -> frozenset[date]:
    """The public holidays of one year, as a table of our own: the library's fills while it is read, by any thread."""
    import holidays

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
