"""Tables as JSON lines: one object a line.

The fields of objects within it are columns too: ``{"contract": {"id": ...}}`` has the column ``contract.id``.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xtreme_rules.errors import Problem, clipped
from xtreme_rules.intake.lines import Line, lines_of
from xtreme_rules.intake.rows import Progress, Row


class JsonLinesTable:
    """A file with an object a line; its columns are those of all objects, for which it is read once more."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.columns = tuple(dict.fromkeys(key for row in self.rows() if row.wrong is None for key in row.cells))

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """The rows, each with the number of its line; a column that an object lacks is missing from its cells."""
        return (_row(line) for line in lines_of(self.path, progress) if line.text.strip())


class _NoObjectError(Exception):
    """A text that is no object; the arguments are those of its problem."""


def _row(line: Line) -> Row:
    text = line.text.rstrip("\r\n")
    wrong = line.wrong
    if wrong is None:
        try:
            return Row(line.number, _cells(text))
        except _NoObjectError as error:
            wrong = Problem("", *error.args)
    return Row(line.number, {"": text}, wrong)


def _cells(text: str) -> dict[str, Any]:
    help_ = "write one object a line"
    try:
        data = json.loads(text, object_pairs_hook=_object)
        if isinstance(data, dict):
            nested = any(value.__class__ is dict for value in data.values())
            return _object(list(_flat(data))) if nested else data
    except json.JSONDecodeError as error:
        raise _NoObjectError(f"not JSON: {error.msg} (column {error.colno})", help_) from None
    except RecursionError:
        raise _NoObjectError("nested too deep", "flatten it") from None
    except ValueError:
        raise _NoObjectError("a number has too many digits", "put quotes around it, if it is an identifier") from None
    raise _NoObjectError(f"expected an object, got `{clipped(repr(data), 60)}`", help_)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise _NoObjectError(f"`{clipped(twice, 60)}` stands twice in one object", "keep one")
    return entries


def _flat(data: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value
