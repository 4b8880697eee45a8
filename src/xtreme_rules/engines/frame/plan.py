"""A plan: the columns to be worked out from a frame, each once, in as few steps as what they depend on allows."""

import re
from collections.abc import Callable, Mapping, Sequence

import narwhals as nw

from xtreme_rules.engines.frame.libraries import Frame, Library

#: Names of columns that are worked out begin so; a frame of the user's is not expected to have any.
PREFIX = "__xr_"
_NAME = re.compile(rf"{PREFIX}[a-z]*\d+")


class Plan:
    """Collects columns by a key of their own, then adds them all to a frame.

    A column may use others of the plan; it is added in the first step in which they are there. Plans with different
    marks can add to the same frame.
    """

    def __init__(self, library: Library, mark: str = "") -> None:
        self.library = library
        self._prefix = f"{PREFIX}{mark}"
        self._names: dict[str, str] = {}
        self._absent: set[str] = set()
        self._levels: dict[str, int] = {}
        self._days: dict[str, str] = {}
        self._moments: dict[str, str] = {}
        self._expressions: dict[str, nw.Expr] = {}
        self._steps: dict[int, list[Callable[[Frame], Frame]]] = {}
        #: The columns that a table is looked up by, and all that these are made of.
        self._early: set[str] = set()

    def column(self, key: str, make: Callable[[], nw.Expr]) -> nw.Expr:
        """The column under a key, made if it is not there yet."""
        found = self.perhaps(key, make)
        if found is None:
            raise AssertionError(key)
        return found

    def perhaps(self, key: str, make: Callable[[], nw.Expr | None]) -> nw.Expr | None:
        """The column under a key, made if it is not there yet, or ``None`` where there is none to be made."""
        if key in self._absent:
            return None
        if key not in self._names:
            expression = make()
            if expression is None:
                self._absent.add(key)
                return None
            name = self._named(key, 1 + max(map(self._levels.__getitem__, self._used(expression)), default=0))
            self._expressions[name] = expression
        return self._found(key)

    def day(self, source: str) -> nw.Expr:
        """A column of dates as numbers."""
        return self._number(self._days, f"day {source}", source)

    def moment(self, source: str) -> nw.Expr:
        """A column of moments as numbers."""
        return self._number(self._moments, f"moment {source}", source)

    def look_up(
        self, key: str, keys: Mapping[str, nw.Expr], values: Sequence[str], table: Callable[[Frame], Frame]
    ) -> dict[str, nw.Expr]:
        """Columns of a table, by the columns that it shares with this plan.

        ``keys`` says what stands in each of the table's key columns; ``table`` makes the table, whose other columns are
        ``values``, from the frame as it is when those are there.
        """
        names = {value: f"{key}: {value}" for value in values}
        if any(name not in self._names for name in names.values()):
            asked = {}
            for name, column in keys.items():
                self.column(f"{key} by {name}", lambda column=column: column)  # type: ignore[misc]
                asked[name] = self._names[f"{key} by {name}"]
            level = 1 + max(self._levels[name] for name in asked.values())
            renamed = {value: self._named(name, level) for value, name in names.items()}

            def join(frame: Frame) -> Frame:
                named = [*asked.items(), *renamed.items()]
                chosen = table(frame).select(*(nw.col(name).alias(new) for name, new in named))
                return self.library.joined(frame, chosen, list(asked.values()))

            self._steps.setdefault(level, []).append(join)
            for name in asked.values():
                self._mark_early(name)
        return {value: self._found(name) for value, name in names.items()}

    def built(self, frame: Frame) -> Frame:
        """The frame with every column of the plan.

        What no table is looked up by comes after all that is looked up: a join moves every column that is there.
        """
        if self._days or self._moments:
            frame = self.library.numbers(frame, self._days, self._moments)
        for late in (False, True):
            for level in range(1 + max(self._levels.values(), default=0)):
                columns = {
                    name: expression
                    for name, expression in self._expressions.items()
                    if self._levels[name] == level and (name not in self._early) == late
                }
                if columns:
                    frame = frame.with_columns(**columns)
                for step in self._steps.get(level, ()) if not late else ():
                    frame = step(frame)
        return frame

    def _number(self, numbers: dict[str, str], key: str, source: str) -> nw.Expr:
        if key not in self._names:
            numbers[self._named(key, 0)] = source
        return self._found(key)

    def _used(self, expression: nw.Expr) -> set[str]:
        """The columns of the plan that an expression uses: Narwhals writes an expression out in full."""
        return {name for name in _NAME.findall(repr(expression)) if name in self._levels}

    def _mark_early(self, name: str) -> None:
        if name not in self._early:
            self._early.add(name)
            for used in self._used(self._expressions[name]) if name in self._expressions else ():
                self._mark_early(used)

    def _named(self, key: str, level: int) -> str:
        name = self._names[key] = f"{self._prefix}{len(self._names)}"
        self._levels[name] = level
        return name

    def _found(self, key: str) -> nw.Expr:
        return nw.col(self._names[key])


def quotient(number: nw.Expr, divisor: int) -> nw.Expr:
    """A large whole number divided, rounded down; exactly, also where a library divides by way of fractions."""
    return (number - number % divisor) // divisor
