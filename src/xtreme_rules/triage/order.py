"""Places in the queue: a ticket's value on each key of the order, and one text that sorts as they do, anywhere."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs

from xtreme_rules.language.truth import Meaning
from xtreme_rules.rulebook.service import OrderKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@attrs.frozen
class Place:
    """A value on one key of the order: a whole number or a text, the lower first; ``None`` comes after every value."""

    key: OrderKey
    value: int | str | None

    @property
    def text(self) -> str:
        """The value in hexadecimal digits, of a length that makes them sort as the values do."""
        if self.value is None:
            return "1"
        if isinstance(self.value, int):
            return f"0{self.value + (1 << 63):016x}"
        # Three digits a byte, and 000 at the end, so that a text comes before every longer one that begins with it.
        encoded = self.value.encode("utf-8", "surrogatepass")  # half a surrogate pair is a text too, to Python and JSON
        return f"0{''.join(f'{byte + 1:03x}' for byte in encoded)}000"


def place(key: OrderKey, entitled: bool, meaning: Meaning, facts: Mapping[str, Any]) -> Place:
    """The value of facts on a key; none where the contract is not entitled to be told apart by it."""
    value = meaning.value(key.value, facts) if entitled else None
    if value is None:
        return Place(key, None)
    domain = meaning.domain(key.value.type)
    if domain is not None and domain.ordered:
        value = domain.rank(value)
    elif isinstance(value, datetime):
        value = (value - _EPOCH) // _MICROSECOND
    elif isinstance(value, date):
        value = value.toordinal()
    elif isinstance(value, bool):
        value = int(value)
    return Place(key, -value if key.highest_first else value)
