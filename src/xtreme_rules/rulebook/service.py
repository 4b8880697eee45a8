"""What a rulebook says of service: by when to respond to an incident, and in which order incidents are handled."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum

import attrs

from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import Node
from xtreme_rules.rulebook.model import Assumption, Entitlement


class Other(Enum):
    """Stands for the values of a column that no row of the table names."""

    OTHER = "other"


@attrs.frozen
class Column:
    """A column of the table of response times: the value by which its rows are told apart."""

    id: str
    value: Node
    title: Text


@attrs.frozen
class ResponseTime:
    """A row of the table: the values for which it holds, of some of the columns, and how soon a response is due."""

    id: str
    values: Mapping[str, str | int | bool]
    within: timedelta


@attrs.frozen(eq=False)
class ResponseTimes:
    """By when to respond: the option that promises it, the options whose coverage runs the clock, and the table.

    ``possible`` are the values that each column can have, as far as rows tell them apart. ``warnings`` are percentages
    of the response time, rising.
    """

    promise: Entitlement
    clock: tuple[Entitlement, ...]
    columns: Mapping[str, Column]
    possible: Mapping[str, tuple[object, ...]]
    rows: tuple[ResponseTime, ...]
    warnings: tuple[int, ...]
    sources: tuple[str, ...]
    assumptions: tuple[Assumption, ...]

    def best(self, values: Mapping[str, object]) -> list[ResponseTime]:
        """The most specific rows that hold for a value of each column: one, in a table that has passed its checks."""
        holding = [row for row in self.rows if all(values[name] == value for name, value in row.values.items())]
        return [row for row in holding if not any(row.values.keys() < other.values.keys() for other in holding)]


#: What a key of the queue may read besides facts: by when to respond; unknown where no response time runs.
RESPOND_BY = "respond_by"


@attrs.frozen
class OrderKey:
    """One key of the queue: a value that each incident has, and which comes first.

    With an ``option``, only incidents whose contract has it are told apart by the value, and come before the others.
    ``text`` words the value; ``otherwise`` says that there is none.
    """

    id: str
    title: Text
    value: Node
    highest_first: bool
    option: str | None
    text: Text
    otherwise: Text
    sources: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
