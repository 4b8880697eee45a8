"""What a table gives: rows with the number of their line, those that cannot be read among them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import attrs

from xtreme_rules.errors import FactError, Problem, clipped

#: Told how much of a table has been read, and of how much: bytes of a text file, rows of a Parquet file.
Progress = Callable[[int, int], None]

#: Problems of so many letters need no cutting.
_SHORT = 300


def tidied(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems that a line of a terminal can show, whatever texts of a table they quote."""
    return tuple(_tidied(problem) for problem in problems)


def _tidied(problem: Problem) -> Problem:
    whole = problem.path + problem.message + problem.help
    if len(whole) <= _SHORT and whole.isprintable():
        return problem
    return Problem(_tidy(problem.path), _tidy(problem.message), _tidy(problem.help))


def _tidy(text: str) -> str:
    short = clipped(text)
    return short if short.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in short)


class TableError(FactError):
    """A table that cannot be read as facts at all; ``problems`` says why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(tidied(problems))


class MissingExtraError(TableError):
    """A table in a form that takes a package that is not installed."""


class Row(NamedTuple):
    """One row: the number of its (first) line, counted from 1, and its cells by column.

    ``wrong`` says why it cannot be read, if so; its cells may then be nothing but ``{"": the text of its line}``.
    """

    line: int
    cells: Mapping[str, Any]
    wrong: Problem | None = None


class Table(Protocol):
    """A file of rows. ``name`` is how messages show it; ``columns`` is empty if no row says what they are."""

    name: str
    columns: tuple[str, ...]

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """The rows from the first on; asked again, they come again."""


@attrs.frozen
class BadRow:
    r"""A row that became no fact: where it stands, whose it is if that can be told, what is wrong with it.

    Problems name the columns of the file. ``row`` holds the cells as they were, by column, or under the empty name the
    text of a line that is no row: all of it, save that bytes that are no UTF-8 stand as ``\xff``, and that of a line
    of more than a million bytes the beginning is kept.
    """

    file: str
    line: int | None
    id: str | None
    problems: tuple[Problem, ...] = attrs.field(converter=tidied)
    row: Mapping[str, Any] = attrs.field(hash=False)

    def __str__(self) -> str:
        place = f"{self.file}: `{self.id}`" if self.line is None else f"{self.file}:{self.line}"
        return "\n".join(f"{place}: {problem}" for problem in self.problems)


def distinct(columns: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names of columns, each of which must stand once.

    Raises:
        TableError: one stands twice, so that a cell could not be told by its column.
    """
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if twice:
        raise TableError(Problem(name, f"two columns are named `{column}`", "rename one") for column in twice)
    return columns
