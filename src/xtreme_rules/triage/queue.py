"""The queue: tickets in the order of the rulebook, whatever the order in which they arrived."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, overload

from xtreme_rules.errors import FactError, Problem, UnknownNameError
from xtreme_rules.explain.document import Cell, Status, Table
from xtreme_rules.explain.identity import footer, identity
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import moment_in_words, zone_of
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import RESPOND_BY, OrderKey
from xtreme_rules.triage.ticket import Ticket

#: How many keys of the order a table of the queue shows, beside the deadline.
_SHOWN = 2


def shown_keys(rules: RuleSet) -> tuple[OrderKey, ...]:
    """The keys of the order that a table of the queue shows: the first ones, but for the deadline."""
    return tuple(key for key in rules.order if RESPOND_BY not in reads(key.value))[:_SHOWN]


class Queue(Sequence[Ticket]):
    """Tickets, the first to be handled first. It prints as a table, and a notebook shows it as HTML.

    Raises:
        FactError: (when it is made) the order of the rulebook does not tell two tickets apart.
        LookupError: (when it is made) the rulebook has no order.
    """

    def __init__(self, rules: RuleSet, tickets: Iterable[Ticket]) -> None:
        if not rules.order:
            raise UnknownNameError(f"the rulebook `{rules.name}` has no order of incidents; add `queue.yaml`")
        self.rules = rules
        tickets = tuple(tickets)
        _check_rulebook(rules, tickets)
        self._tickets = sorted(tickets, key=lambda ticket: ticket.key)
        alike = [(one, other) for one, other in pairwise(self._tickets) if one.key == other.key]
        if alike:
            raise FactError(
                Problem(
                    "tickets",
                    f"incident `{one.incident.id}` of contract `{one.contract.id}` and incident `{other.incident.id}` "
                    f"of contract `{other.contract.id}` are alike to the order",
                    "give each incident once, under an id of its own",
                )
                for one, other in alike
            )

    @overload
    def __getitem__(self, index: int) -> Ticket: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Ticket]: ...

    def __getitem__(self, index: int | slice) -> Ticket | Sequence[Ticket]:
        return self._tickets[index]

    def __len__(self) -> int:
        return len(self._tickets)

    def why(self, one: Ticket, other: Ticket, lang: str = "en") -> str:
        """Why one of two tickets comes before the other: the first key of the order on which they differ.

        Raises:
            ValueError: they are the same ticket.
            UnknownNameError: there is no such language.
        """
        checked_language(lang)
        first, second = sorted((one, other), key=lambda ticket: ticket.key)
        for mine, theirs in zip(first.places, second.places, strict=True):
            if mine.value != theirs.value:
                told = (
                    f"{ticket.incident.id} ({ticket.words(at, lang)})"
                    for ticket, at in ((first, mine), (second, theirs))
                )
                return f" {phrase('before', lang)} ".join(told)
        raise ValueError(f"the order does not tell {one.incident.id} from {other.incident.id}")

    def show(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """The queue in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.explain.render import rendered_table

        checked_language(lang)
        keys = (key.title.in_language(lang).plain for key in shown_keys(self.rules))
        before, after = ("incident", "contract"), ("standing", "respond-by", "covered-by")
        header = ("#", *(phrase(key, lang) for key in before), *keys, *(phrase(key, lang) for key in after))
        rows = tuple(_row(number, ticket, lang) for number, ticket in enumerate(self, 1))
        return rendered_table(Table(phrase("queue", lang), header, (("", rows),), footer(self.rules, lang)), format)

    def to_dict(self) -> dict[str, Any]:
        """The queue as plain data."""
        return {"tickets": [ticket.to_dict() for ticket in self], "rulebook": identity(self.rules)}

    def __repr__(self) -> str:
        return f"<Queue of {len(self)} ticket{'s'[: len(self) != 1]}>"

    def __str__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        return self.show(format="html")


def _check_rulebook(rules: RuleSet, tickets: Sequence[Ticket]) -> None:
    """Refuse tickets of another rulebook, whose order is another."""
    strange = [ticket.incident.id for ticket in tickets if ticket.rules.digest != rules.digest]
    if strange:
        help_ = "triage them by this one"
        raise FactError(
            Problem("tickets", f"incident `{id_}` was triaged by another rulebook", help_) for id_ in strange
        )


def _row(number: int, ticket: Ticket, lang: str) -> tuple[Cell, ...]:
    deadline, keys = ticket.deadline, shown_keys(ticket.rules)
    return (
        str(number),
        ticket.incident.id,
        ticket.contract.id,
        *(ticket.value(place, lang) for place in ticket.places if place.key in keys),
        Status(deadline.standing.value, phrase(deadline.standing.value, lang)),
        "" if deadline.due is None else moment_in_words(deadline.due, zone_of(deadline.facts), lang),
        ticket.cover(lang),
    )
