"""Values as whole numbers: all that the rules compute with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from xtreme_rules.facts.types import Type
from xtreme_rules.language.truth import Meaning

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def number_of(value: Any, kind: Type, meaning: Meaning) -> int:
    """A value as a whole number that compares as it does; of a domain, its rank. Not for plain texts."""
    domain = meaning.domain(kind)
    if domain is not None:
        return domain.rank(value)
    match value:
        case datetime():
            return (value - _EPOCH) // _MICROSECOND
        case date():
            return value.toordinal()
        case timedelta():
            return value.days if kind.name == "days" else value // _MICROSECOND
    return int(value)


def is_plain_text(kind: Type) -> bool:
    """Whether values of a type are texts of no domain: only equal or not, and so many that each needs a token."""
    return kind.name == "text" and kind.domain is None
