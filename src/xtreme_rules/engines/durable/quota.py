"""Quotas: a count of weekends as a join over booking facts, not as a number that Python counted."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise
from typing import Any

import attrs

from xtreme_rules.engines.durable.limits import MOST_COUNTED
from xtreme_rules.language.tree import Call, Literal, Node
from xtreme_rules.language.truth import Facts, Meaning, value_at
from xtreme_rules.language.vocabulary import contract_year, weekend_start

#: Of the bookings that a rule joins: their number, contract, contract year, request, and whether they count even so.
NUMBER, CONTRACT, YEAR, REQUEST, STANDS = "b", "bc", "by", "br", "bs"

#: The facts by which bookings are counted.
COUNTED_BY = frozenset({"bookings", "contract", "weekend"})


@attrs.frozen
class Quota:
    """A count of the bookings of a contract year, by the term ``weekends_used``."""

    call: Call
    count_cancelled_in_time: bool
    count_own: bool

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths of the facts that the count needs, those of its argument apart."""
        return self.call.term.reads


def quota_of(node: Node) -> Quota | None:
    """The quota that a tree is, if it is one whose kinds of bookings are settled by constants."""
    match node:
        case Call(term=term, arguments=(_, Literal(value=0 | 1 as cancelled), Literal(value=0 | 1 as own))):
            return Quota(node, bool(cancelled), bool(own)) if term.name == "weekends_used" else None
    return None


def asked(
    quota: Quota, name: str, meaning: Meaning, facts: Facts, token: Callable[[Hashable], int]
) -> dict[str, int] | None:
    """What bookings are joined with: the contract, the contract year and the request; ``None`` if not all is known."""
    year = meaning.value(quota.call.arguments[0], facts)
    values = [value_at(facts, path) for path in quota.reads]
    if year is None or None in values:
        return None
    known = dict(zip(quota.reads, values, strict=True))
    request = token((known["weekend.id"], known["weekend.saturday"]))
    return {name: 1, f"{name}c": token(known["contract.id"]), f"{name}y": year, f"{name}r": request}


def booked(meaning: Meaning, facts: Facts, token: Callable[[Hashable], int]) -> list[dict[str, int]]:
    """The bookings as facts that rules can join; none while it is not known which contract years they lie in.

    Of those that count alike only so many are told as a rule can tell apart: there are more ways to join some bookings
    than there are bookings.
    """
    paths = ("bookings", "contract.start", "contract.timezone", "weekend.id", "weekend.saturday")
    bookings, start, timezone, request, saturday = (value_at(facts, path) for path in paths)
    if start is None or timezone is None:
        return []
    told: list[dict[str, int]] = []
    alike: Counter[Hashable] = Counter()
    for booking in bookings or ():
        year = contract_year(meaning.context, booking.saturday, start)
        cancelled = booking.cancelled_at
        stands = cancelled is None or cancelled >= weekend_start(booking.saturday, timezone)
        own = (booking.request_id, booking.saturday, cancelled) == (request, saturday, None)
        kind = booking.contract_id, year, stands, own
        alike[kind] += 1
        if alike[kind] <= MOST_COUNTED + 1:
            told.append(
                {
                    NUMBER: len(told),
                    CONTRACT: token(booking.contract_id),
                    YEAR: year,
                    REQUEST: token((booking.request_id, booking.saturday)) if cancelled is None else 0,
                    STANDS: int(stands),
                }
            )
    return told


def tests(quota: Quota, name: str) -> Iterator[dict[str, Any]]:
    """How a booking that counts is joined with what was asked, equalities last."""
    if not quota.count_cancelled_in_time:
        yield {STANDS: 1}
    if not quota.count_own:
        yield {"$neq": {REQUEST: {name: f"{name}r"}}}
    yield {CONTRACT: {name: f"{name}c"}}
    yield {YEAR: {name: f"{name}y"}}


def joined(quota: Quota, name: str, count: int, exactly: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The patterns of so many different bookings that count and, if ``exactly``, of the absence of another one."""
    *others, contract, year = tests(quota, name)
    aliases = [f"{name}b{number}" for number in range(count)]
    after = {alias: [{"$gt": {NUMBER: {before: NUMBER}}}] for before, alias in pairwise(aliases)}
    present = [{alias: _and(*others, *after.get(alias, []), contract, year)} for alias in aliases]
    different = [{"$neq": {NUMBER: {alias: NUMBER}}} for alias in aliases]
    absent = [{f"{name}a$not": _and(*others, *different, contract, year)}] if exactly else []
    return present, absent


def _and(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"$and": [dict(condition) for condition in conditions]}
