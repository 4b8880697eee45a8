"""Contract years, counted from the original start of a contract."""

from datetime import date
from functools import lru_cache

import attrs

from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.standard import Contract
from xtreme_rules.language.vocabulary import Context, anniversary
from xtreme_rules.language.vocabulary import contract_year as number_of


@attrs.frozen
class ContractYear:
    """One year of a contract: ``number`` from 0, ``start`` its first day, ``end`` the first day after it.

    The last year of a contract ends where the contract does, if that is sooner.
    """

    number: int
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def contract_years(context: Context, contract: Contract) -> tuple[ContractYear, ...]:
    """The years of a contract, in their order.

    Raises:
        FactError: the first day of the contract, or the first day after it, is not known.
    """
    start, until = contract.start, contract.until
    if start is None or until is None:
        lacking = [name for name in ("start", "until") if getattr(contract, name) is None]
        raise FactError(Problem(f"contract.{name}", "must be known", "contract years need it") for name in lacking)
    return _years(context.leap_anniversary, start, until)


@lru_cache(maxsize=4_096)
def _years(leap_anniversary: int, start: date, until: date) -> tuple[ContractYear, ...]:
    years: list[ContractYear] = []
    first = start
    while first < until:
        following = anniversary(leap_anniversary, start, len(years) + 1)
        years.append(ContractYear(len(years), first, min(following, until)))
        first = following
    return tuple(years)


def contract_year(context: Context, contract: Contract, day: date) -> ContractYear:
    """The year of a contract that a day lies in, cut off where the contract ends.

    Raises:
        FactError: the period of the contract is not known, or the day lies outside it.
    """
    years = contract_years(context, contract)
    if contract.start is not None and years[0].start <= day < years[-1].end:
        number: int = number_of(context, day, contract.start)
        return years[number]
    message = f"{day} lies outside the contract ({years[0].start} until {years[-1].end})"
    raise FactError([Problem("day", message, "name a day on which the contract holds")])
