"""The response time of an incident, by the most specific row of the table; open while what decides is not known."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import attrs

from xtreme_rules.language.truth import Meaning
from xtreme_rules.rulebook.service import Other, ResponseTime, ResponseTimes


@attrs.frozen
class Found:
    """The row that holds; ``None`` while it is open, with the paths of the facts that would decide."""

    row: ResponseTime | None
    missing: tuple[str, ...]


class Lookup:
    """Looks up rows of one table. The rows for what is known of an incident are few, and kept."""

    def __init__(self, table: ResponseTimes, meaning: Meaning) -> None:
        self.table = table
        self.meaning = meaning
        self._kept: dict[tuple[object, ...], list[ResponseTime]] = {}

    def find(self, facts: Mapping[str, Any]) -> Found:
        """The row for what is known: whatever the rest turns out to be, the response time is that of this row."""
        columns = self.table.columns
        values = {name: self._value(name, self.meaning.value(column.value, facts)) for name, column in columns.items()}
        row = self.row(values)
        if row is not None:
            return Found(row, ())
        open_ = [columns[name].value for name, value in values.items() if value is None and self._matters(values, name)]
        return Found(None, tuple(dict.fromkeys(path for tree in open_ for path in self.meaning.missing(tree, facts))))

    def row(self, values: Mapping[str, object]) -> ResponseTime | None:
        """The row for the values of all columns, as far as rows tell them apart; ``None`` while it is open."""
        rows = self._rows(values)
        return rows[0] if len({row.within for row in rows}) == 1 else None

    def _value(self, name: str, value: object) -> object:
        """A value as far as rows tell it apart; ``None`` if it is not known."""
        return value if value is None or value in self.table.possible[name] else Other.OTHER

    def _rows(self, values: Mapping[str, object]) -> list[ResponseTime]:
        """Every row that may turn out to hold, in the order of the table."""
        key = tuple(values.values())
        if key not in self._kept:
            choices = [self.table.possible[name] if value is None else (value,) for name, value in values.items()]
            best = [
                self.table.best(dict(zip(values, combination, strict=True)))[0] for combination in product(*choices)
            ]
            self._kept[key] = [row for row in self.table.rows if row in best]
        return self._kept[key]

    def _matters(self, values: Mapping[str, object], name: str) -> bool:
        """Whether a column that is not known can make a difference, whatever the others turn out to be."""
        possible = self.table.possible
        others = [possible[key] if value is None and key != name else (value,) for key, value in values.items()]
        for combination in product(*others):
            rest = dict(zip(values, combination, strict=True))
            if len({self._rows({**rest, name: value})[0].within for value in possible[name]}) > 1:
                return True
        return False
