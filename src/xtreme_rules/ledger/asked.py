"""What a ledger is asked: the facts of a request, and whether it is the one that was booked."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, clipped
from xtreme_rules.facts.standard import Contract, WeekendRequest
from xtreme_rules.language.schema import Schema

#: Ids are kept in indices, which have no room for longer ones.
LONGEST_ID = 255
_FROM_ELSEWHERE = {
    "contract": "it is the first argument",
    "weekend": "it is the second argument",
    "bookings": "the ledger knows them",
}


def asked(schema: Schema, contract: object, request: object, at: object, more: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a request as engines take them, without the bookings.

    Raises:
        FactError: as ``Schema.checked``; something was not given, or given twice, or an id cannot be kept.
    """
    twice = [name for name in _FROM_ELSEWHERE if name in more]
    if twice:
        raise FactError(Problem(name, "must be left out", _FROM_ELSEWHERE[name]) for name in twice)
    facts = schema.checked({**more, "contract": contract, "weekend": request, "at": at})
    lacking = [name for name in ("contract", "weekend", "at") if name not in facts]
    if lacking:
        raise FactError(Problem(name, "must be given") for name in lacking)
    problems = [*_id_problems("contract.id", facts["contract"].id), *_id_problems("weekend.id", facts["weekend"].id)]
    if problems:
        raise FactError(problems)
    return facts


def moment(schema: Schema, at: datetime) -> datetime:
    """The moment of an act, in UTC.

    Raises:
        FactError: it is not given, no moment, or has no time zone.
    """
    facts = schema.checked({"at": at})
    if not facts:
        raise FactError([Problem("at", "must be given")])
    given: datetime = facts["at"]
    return given


def _id_problems(path: str, text: str) -> Iterator[Problem]:
    if len(text) > LONGEST_ID:
        yield Problem(path, f"has {len(text):,} characters", f"a ledger keeps ids of at most {LONGEST_ID}")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        yield Problem(path, f"{text[:60]!r} holds a character that no database keeps", "leave it out")


def name(kind: str, given: object) -> str:
    """The id of something, as somebody gave it.

    Raises:
        FactError: it is no text, or no database can keep it.
    """
    if not isinstance(given, str):
        raise FactError([Problem(kind, f"expected an id, a text, got {clipped(repr(given), 60)}")])
    problems = list(_id_problems(kind, given))
    if problems:
        raise FactError(problems)
    return given


def check_bookable(contract: Contract, request: WeekendRequest) -> date:
    """See to it that a granted request says what its booking needs, whatever the rulebook asks; its Saturday.

    Raises:
        FactError: the start or the time zone of the contract is not known, or the weekend.
    """
    needed = {"contract.start": contract.start, "contract.timezone": contract.timezone}
    lacking = [path for path, value in needed.items() if value is None]
    if request.saturday is None or lacking:
        lacking += ["weekend.saturday"] * (request.saturday is None)
        raise FactError(Problem(path, "must be known", "a booking needs it") for path in lacking)
    return request.saturday


def differences(before: WeekendRequest, now: WeekendRequest) -> list[str]:
    """The fields in which a request is another than the one asked before; it may be submitted again."""
    again = attrs.evolve(now, submitted_at=before.submitted_at)
    return [
        field.name
        for field in attrs.fields(WeekendRequest)
        if getattr(again, field.name) != getattr(before, field.name)
    ]
