"""The weekends of a contract year, each with the decision on a request for it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from datetime import date, datetime
from functools import lru_cache
from typing import Any, overload

import attrs
from dateutil.rrule import SA, WEEKLY, rrule

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option, Outcome, Verdict
from xtreme_rules.explain.identity import identity
from xtreme_rules.facts.standard import Contract
from xtreme_rules.language.vocabulary import weekend_booked
from xtreme_rules.planning.years import ContractYear
from xtreme_rules.rulebook.model import Entitlement

Facts = dict[str, Any]


class Weekends(Sequence[Decision]):
    """The decisions on one request for each weekend that begins in a contract year, in their order.

    It prints as a calendar, and a notebook shows it as HTML.
    """

    def __init__(self, option: Option, year: ContractYear, facts: Facts) -> None:
        self.rules = option.rules
        self.year = year
        self._facts = facts
        self._verdicts = dict(verdicts(option, facts, saturdays(year.start, year.end)))

    @property
    def contract(self) -> Contract:
        """The contract."""
        contract: Contract = self._facts["contract"]
        return contract

    @property
    def entitlement(self) -> Entitlement:
        """The option by which weekends are planned."""
        return self.rules.entitlements[self.rules.weekends or ""]

    @property
    def outcomes(self) -> dict[date, Outcome]:
        """The outcome of each decision, by the Saturday of its weekend."""
        return {saturday: verdict.outcome for saturday, verdict in self._verdicts.items()}

    @property
    def possible(self) -> tuple[date, ...]:
        """The Saturdays of the weekends that can still be had: granted, or not denied for what is known."""
        outcomes = self.outcomes.items()
        return tuple(day for day, outcome in outcomes if outcome is not Outcome.DENIED and not self.is_booked(day))

    @property
    def booked(self) -> tuple[date, ...]:
        """The Saturdays of the weekends that are booked for the contract."""
        return tuple(filter(self.is_booked, self._verdicts))

    def is_booked(self, saturday: date) -> bool:
        """Whether a weekend is booked for the contract, and not cancelled."""
        booked: bool = weekend_booked(saturday, self._facts.get("bookings") or (), self.contract.id)
        return booked

    def show(
        self,
        lang: str = "en",
        format: str = "text",  # noqa: A002
        paint: Callable[[str, str], str] = lambda _, text: text,
    ) -> str:
        """The year as a calendar in ``nl`` or ``en``, as ``text`` or ``html``: what is possible, and why not the rest.

        ``paint`` may colour the parts of a text: it is given how a weekend stands (``booked`` or an outcome) and the
        text of it.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.planning.picture import drawn

        return drawn(self, lang, format, paint)

    def to_dict(self) -> dict[str, Any]:
        """The weekends as plain data, by their Saturday."""
        return {
            "contract": self.contract.id,
            "year": {"number": self.year.number, "start": str(self.year.start), "end": str(self.year.end)},
            "weekends": [
                {
                    "saturday": str(saturday),
                    "booked": self.is_booked(saturday),
                    "outcome": verdict.outcome.value,
                    "unmet": list(verdict.unmet),
                    "unknown": list(verdict.unknown),
                }
                for saturday, verdict in self._verdicts.items()
            ],
            "rulebook": identity(self.rules),
        }

    @overload
    def __getitem__(self, index: int) -> Decision: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Decision]: ...

    def __getitem__(self, index: int | slice) -> Decision | Sequence[Decision]:
        chosen = list(self._verdicts.items())[index]
        if isinstance(chosen, list):
            return [decision(verdict, self._facts, saturday) for saturday, verdict in chosen]
        saturday, verdict = chosen
        return decision(verdict, self._facts, saturday)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __repr__(self) -> str:
        return (
            f"<Weekends of {self.contract.id}, {self.year.start} until {self.year.end}: {len(self.possible)} possible>"
        )

    def __str__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        return self.show(format="html")


@lru_cache(maxsize=1_024)
def saturdays(first: date, until: date) -> tuple[date, ...]:
    """The Saturdays from one day on and before another; kept, as contracts mostly share their years."""
    start, end = (datetime(day.year, day.month, day.day) for day in (first, until))
    return tuple(moment.date() for moment in rrule(WEEKLY, byweekday=SA, dtstart=start, until=end) if moment < end)


def verdicts(option: Option, facts: Facts, days: Iterable[date]) -> Iterator[tuple[date, Verdict]]:
    """The verdict on the request of some facts for each of other Saturdays; the facts must fit the schema.

    One request is moved from Saturday to Saturday, below the checks of its class: a Saturday is always one.
    """
    asked = copy(facts["weekend"])
    facts = {**facts, "weekend": asked}
    for saturday in days:
        object.__setattr__(asked, "saturday", saturday)
        yield saturday, option.verdict(facts)


def decision(verdict: Verdict, facts: Facts, saturday: date) -> Decision:
    """The decision on the request of some facts for another Saturday, by the verdict on it."""
    return Decision(verdict, {**facts, "weekend": attrs.evolve(facts["weekend"], saturday=saturday)})
