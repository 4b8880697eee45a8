"""Tables as text with a separator: CSV and its kin.

The separator is the one of ``,``, ``;`` and tab that stands most often in the first line. A row may run over several
lines, within quotes. A quote left open would swallow all that follows: so if the lines that were taken as one row are
none, the first is bad, and each of the others is read again as a row of its own.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from xtreme_rules.errors import Problem
from xtreme_rules.intake.lines import MAX_ROW, TOO_LONG, Line, lines_of
from xtreme_rules.intake.rows import Progress, Row, TableError, distinct

_QUOTED = re.compile(r'"[^"]*"')
#: What the messages of Python's reader stand for, by a part of each.
_MEANINGS = {
    "unexpected end": ("a quote is opened and not closed", "close it, or double a quote that is part of the text"),
    "expected after": ("a closing quote stands within a field", "double a quote that is part of the text"),
    "field larger": ("a field is too long", "is a quote left open?"),
    "new-line": ("holds a carriage return outside quotes", "put quotes around a field of several lines"),
}


class SeparatedTable:
    """A file whose first line names the columns."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        first = next(lines_of(path), Line(1, ""))
        if first.wrong is not None:
            raise TableError([attrs.evolve(first.wrong, path=f"{name}:1")])
        self.separator = "\t" if path.suffix.lower() == ".tsv" else _separator(first.text)
        fields, wrong = self._split(first.text)
        if wrong is not None or not any(fields):
            wrong = wrong or Problem("", "is empty", "the first line must name the columns")
            raise TableError([attrs.evolve(wrong, path=f"{name}:1")])
        self.columns = distinct(tuple(field.strip() for field in fields), name)

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """The rows, each with the number of its first line."""
        lines = _Taking(lines_of(self.path, progress))
        next(lines)
        reader = csv.reader(lines, delimiter=self.separator, strict=True)
        columns, width, taken = self.columns, len(self.columns), lines.taken
        while True:
            taken.clear()
            lines.letters = 0
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLongError) as error:
                yield from self._one_by_one(taken, _meaning(error))
                continue
            if len(fields) == width:
                wrong = next((line.wrong for line in taken if line.wrong is not None), None)
                yield Row(taken[0].number, dict(zip(columns, fields, strict=True)), wrong)
            elif fields:
                yield from self._one_by_one(taken, taken[0].wrong or self._wrong_width(fields))

    def _one_by_one(self, taken: list[Line], wrong: Problem) -> Iterator[Row]:
        """The first of the lines as a row that is wrong, and each of the others as it reads on its own."""
        first, *others = taken
        if others and first.wrong is None:
            wrong = attrs.evolve(wrong, help=f"by its quotes it runs up to line {others[-1].number}")
        yield _unread(first, wrong)
        for line in others:
            fields, reason = self._split(line.text)
            reason = line.wrong or reason
            if reason is None and len(fields) == len(self.columns):
                yield Row(line.number, dict(zip(self.columns, fields, strict=True)))
            elif reason is not None or fields:
                yield _unread(line, reason or self._wrong_width(fields))

    def _split(self, text: str) -> tuple[list[str], Problem | None]:
        try:
            return next(csv.reader([text], delimiter=self.separator, strict=True), []), None
        except csv.Error as error:
            return [], _meaning(error)

    def _wrong_width(self, fields: list[str]) -> Problem:
        many = len(fields) > len(self.columns)
        counted = f"{len(fields):,} field{'s'[: len(fields) != 1]}"
        help_ = f"put quotes around a field that holds `{self.separator}`" if many else "leave unknown fields empty"
        return Problem("", f"has {counted}, the first line has {len(self.columns):,}", help_)


class _TooLongError(Exception):
    pass


class _Taking:
    """Hands lines to the reader of rows, and remembers those of the row at hand."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self.lines = lines
        self.taken: list[Line] = []
        self.letters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken.append(line)
        self.letters += len(line.text)
        if line.wrong is TOO_LONG or self.letters > MAX_ROW:
            raise _TooLongError
        return line.text


def _separator(header: str) -> str:
    """The one that stands most often outside quotes; the first of them where several do."""
    bare = _QUOTED.sub("", header)
    return max(",;\t", key=bare.count)


def _meaning(error: Exception) -> Problem:
    if isinstance(error, _TooLongError):
        return TOO_LONG
    known = (meaning for part, meaning in _MEANINGS.items() if part in str(error))
    return Problem("", *next(known, (f"is no row: {error}", "")))


def _unread(line: Line, wrong: Problem) -> Row:
    return Row(line.number, {"": line.text.rstrip("\r\n")}, wrong)
