"""Opening a table, whatever form it has."""

from collections.abc import Callable
from pathlib import Path

from xtreme_rules.errors import Problem, clipped, did_you_mean
from xtreme_rules.intake.jsonlines import JsonLinesTable
from xtreme_rules.intake.parquet import ParquetTable
from xtreme_rules.intake.rows import Table, TableError
from xtreme_rules.intake.separated import SeparatedTable
from xtreme_rules.rulebook.diagnostics import shown

_FORMS: dict[str, Callable[[Path, str], Table]] = {
    ".csv": SeparatedTable,
    ".tsv": SeparatedTable,
    ".jsonl": JsonLinesTable,
    ".ndjson": JsonLinesTable,
    ".parquet": ParquetTable,
}

#: The endings of names of files that are tables.
ENDINGS = tuple(_FORMS)


def open_table(path: str | Path) -> Table:
    """A table of the form that the name of its file ends with: CSV, JSON lines or Parquet.

    Raises:
        TableError: there is no such form or file, or its columns cannot be told.
    """
    path = Path(path)
    name, ending = shown(path), path.suffix.lower()
    if ending not in _FORMS:
        message = (
            f"no table ends in `{clipped(ending, 60)}`" if ending else "its name has no ending that says what it is"
        )
        raise TableError([Problem(name, message, did_you_mean(ending, _FORMS))])
    try:
        return _FORMS[ending](path, name)
    except OSError as error:
        raise TableError([Problem(name, f"cannot be read: {error.strerror or error}")]) from None
