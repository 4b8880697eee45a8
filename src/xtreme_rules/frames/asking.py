"""What is asked of a table: which columns and tables stand for which facts, checked before anything is worked out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
import narwhals as nw

from xtreme_rules.engines.frame.given import Given, Table
from xtreme_rules.engines.frame.places import HOLIDAYS, TIMEZONE
from xtreme_rules.engines.frame.sources import OWNERS
from xtreme_rules.errors import FactError, Problem, did_you_mean
from xtreme_rules.facts.standard import OWN_FACTS, Contract
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY, Type, fields_of
from xtreme_rules.frames.opening import Opened, is_frame, opened
from xtreme_rules.language.schema import Schema

#: What must be known of a lazy frame beforehand.
PLACES = (TIMEZONE, HOLIDAYS)
#: What messages call the frame of situations.
ROWS = "the frame"
_YEARS = range(FIRST_DAY.year - 1, LAST_DAY.year + 2)


@attrs.frozen(eq=False)
class Asked:
    """A frame of situations and what goes with it, as the caller gave it; every name is checked.

    Attributes:
        rows: the frame.
        columns: by path, the column of the frame that stands for it.
        tables: by the name of a fact or the path of a list, the table that was given for it.
        facts: by name, the facts that hold for every row.
        values: by path, the values that occur in a column of a lazy frame.
    """

    schema: Schema
    rows: Opened
    columns: Mapping[str, str]
    tables: Mapping[str, Opened]
    facts: Mapping[str, Any]
    values: Mapping[str, Sequence[Any]]

    def given(self, paths: Sequence[str]) -> Given:
        """All that the engine needs for some paths.

        Raises:
            FactError: a column is of a wrong type, or one that is needed is missing.
        """
        problems: list[Problem] = []
        wanted = [*paths, *(f"{name}.id" for name in self.tables if name in self.schema.facts)]
        wanted += [f"{_owner(path)}.id" for path in (*self.tables, *paths) if self._is_list(path)]
        rows = {path: column for path, column in self.columns.items() if path in wanted or _item_of(path, wanted)}
        found = self._table(self.rows, rows, {path: self._kind(path) for path in rows}, problems)
        tables = {path: self._side(path, table, paths, problems) for path, table in self.tables.items()}
        for name in {_owner(path) if self._is_list(path) else path for path in self.tables}:
            if f"{name}.id" not in found.columns and name not in self.facts and f"{name}.id" not in self.columns:
                help_ = f'name it with `columns={{"{name}.id": ...}}`'
                problems.append(
                    Problem(f"{name}.id", f"the frame has no such column, by which `{name}` is looked up", help_)
                )
        if problems:
            raise FactError(problems)
        return Given(
            self.rows.engine(), found, tables, self.facts, self.values, _years([found, *tables.values()], self.facts)
        )

    def _side(self, path: str, table: Opened, paths: Sequence[str], problems: list[Problem]) -> Table:
        kind = self.schema.type_at(path)
        if kind is None or kind.record is None:
            raise AssertionError(path)
        fields = self.schema.members(Type("record", record=kind.record))
        kinds = dict(fields)
        needed = []
        if kind.name == "record":
            needed.append("id")
            asked = [p.removeprefix(f"{path}.") for p in paths if p.startswith(f"{path}.")]
            kinds |= {field: self._kind(f"{path}.{field}") for field in asked if "." in field}
        elif path in OWNERS:
            needed.append(OWNERS[path])
        else:
            needed.append(f"{_owner(path)}.id")
            kinds[needed[0]] = Type("text")
        columns = {field: field for field in kinds if field in table.schema and kinds[field].record is None}
        if self.rows.library != table.library:
            message = f"is a frame of {table.library}, yet the rows are one of {self.rows.library}"
            problems.append(Problem(path, message, "give frames of one library"))
        for name in needed:
            if name not in table.schema:
                near = did_you_mean(name, table.schema)
                problems.append(Problem(path, f"the table has no column `{name}`, by which it is looked up", near))
        required = [field.name for field in fields_of(kind.record).values() if field.required and field.name != "id"]
        absent = [name for name in required if name not in table.schema and name not in needed]
        if kind.name == "records":
            problems += [Problem(path, f"the table has no column `{n}`", did_you_mean(n, table.schema)) for n in absent]
        return self._table(table, columns, kinds, problems)

    def _table(
        self, table: Opened, columns: Mapping[str, str], kinds: Mapping[str, Type], problems: list[Problem]
    ) -> Table:
        before = len(problems)
        dtypes = {column: table.schema[column] for column in columns.values()}
        if table.library != "pandas":
            problems += _wrong_types(table.what, columns, kinds, dtypes, table.library)
        if len(problems) > before:
            return Table(table.frame, {}, {})
        frame, whole = table.worked_on(list(dict.fromkeys(columns.values())))
        if table.library == "pandas":
            dtypes = {column: frame.collect_schema()[column] for column in dtypes}
            problems += _wrong_types(table.what, columns, kinds, dtypes, table.library)
        known = {path: table.names[column] for path, column in columns.items() if not _nothing(dtypes[column])}
        return Table(frame, known, {table.names[column]: dtype for column, dtype in dtypes.items()}, whole)

    def _kind(self, path: str) -> Type:
        kind = self.schema.type_at(path)
        if kind is None:
            raise AssertionError(path)
        return kind

    def _is_list(self, path: str) -> bool:
        kind = self.schema.type_at(path)
        return kind is not None and kind.name == "records"


def asked(
    schema: Schema,
    frame: Any,
    columns: Mapping[str, str] | None,
    values: Mapping[str, Sequence[Any]] | None,
    facts: Mapping[str, Any],
) -> Asked:
    """What a caller asks.

    Raises:
        FactError: a name is none of a fact, a column does not exist, or a fact is given twice.
    """
    problems: list[Problem] = []
    rows = opened(frame, ROWS)
    known = _columns(schema, rows, columns or {}, problems)
    tables, whole = dict[str, Opened](), dict[str, Any]()
    lists = {path.rpartition(".")[2]: path for path in _lists(schema)}
    for name, value in facts.items():
        path = name if name in schema.facts else lists.get(name, "")
        if not path:
            problems.append(Problem(name, "unknown fact", did_you_mean(name, [*schema.facts, *lists]) or OWN_FACTS))
        elif is_frame(value):
            tables[path] = opened(value, path)
        elif value is not None:
            whole[path] = value
    for path in tables:
        columns_of = [column for column in known if column.startswith(f"{path}[]")]
        if columns_of:
            message = f"is given as a table, yet the frame has the column `{known[columns_of[0]]}`"
            problems.append(Problem(path, message, "leave one of them out"))
    for name in whole:
        twice = [path for path in known if path.partition(".")[0] == name]
        if twice:
            message = f"is given for every row, yet the frame has the column `{known[twice[0]]}`"
            problems.append(Problem(name, message, "leave one of them out"))
    problems += _wrong_values(values or {})
    if problems:
        raise FactError(problems)
    return Asked(schema, rows, known, tables, schema.checked(whole), values or {})


def _wrong_values(values: Mapping[str, Sequence[Any]]) -> Iterator[Problem]:
    """What is wrong with the values that are said to occur: checked as a contract would be that has them."""
    for path, found in values.items():
        if path not in PLACES:
            yield Problem(path, "no values of this are asked for", did_you_mean(path, PLACES))
        elif isinstance(found, str):
            yield Problem(path, f"expected a list of texts, got `{found}`", f'give `["{found}"]`')
        else:
            for value in found:
                try:
                    Contract(id="-", **{path.removeprefix("contract."): value})
                except FactError as error:
                    yield from (attrs.evolve(problem, path=path) for problem in error.problems)


def _columns(schema: Schema, rows: Opened, given: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """By path, the column that stands for it: as the caller says, or the one named so."""
    names = rows.schema
    for path, column in given.items():
        kind = schema.type_at(path)
        if kind is None or (kind.record is not None):
            problems.append(Problem(path, "is no field of a fact", did_you_mean(path, _paths(schema))))
        if column not in names:
            problems.append(Problem(path, f"the frame has no column `{column}`", did_you_mean(column, names)))
    paths = [name for name in names if "." in name and name.partition(".")[0] in schema.facts]
    wrong = [name for name in paths if schema.type_at(name) is None]
    problems += [Problem(n, "is no field of a fact", did_you_mean(n, _paths(schema)) or "rename it") for n in wrong]
    same = {name: name for name in names if "." in name or name in schema.facts}
    found = {name: name for name in same if (kind := schema.type_at(name)) is not None and kind.record is None}
    return {**found, **given}


def _paths(schema: Schema) -> Iterator[str]:
    """The paths of all values that a column can hold."""

    def visit(path: str, kind: Type) -> Iterator[str]:
        if kind.record is None:
            yield path
        inside = path if kind.name == "record" else f"{path}[]"
        for field in fields_of(kind.record).values() if kind.record is not None else ():
            yield from visit(f"{inside}.{field.name}", field.type)

    for name, kind in schema.facts.items():
        yield from visit(name, kind)


def _lists(schema: Schema) -> Iterator[str]:
    """The paths of lists inside facts."""
    for name, kind in schema.facts.items():
        for field, inner in schema.members(kind).items():
            if inner.name == "records":
                yield f"{name}.{field}"


def _owner(path: str) -> str:
    return "contract" if path in OWNERS else path.partition(".")[0]


def _item_of(path: str, wanted: Sequence[str]) -> bool:
    return "[]." in path and path.partition("[]")[0] in wanted


def _wrong_types(
    what: str,
    columns: Mapping[str, str],
    kinds: Mapping[str, Type],
    dtypes: Mapping[str, nw.dtypes.DType],
    library: str,
) -> Iterator[Problem]:
    for path, column in columns.items():
        wanted = _wanted(kinds[path], dtypes[column])
        if wanted:
            where = path if what == ROWS else f"{what}.{path}"
            named = "the column" if column == path else f"the column `{column}`"
            yield Problem(where, f"{named} is of type {dtypes[column]}", f"give {wanted}")


def _wanted(kind: Type, dtype: nw.dtypes.DType) -> str:
    """What would do in place of a type; nothing if it does."""
    if _nothing(dtype):
        return ""
    match kind.name:
        case "boolean":
            return "" if dtype == nw.Boolean else "a column of booleans; nulls are what is not known"
        case "integer":
            return "" if dtype.is_integer() else "a column of integers; nulls are what is not known"
        case "text":
            fits = dtype in (nw.String, nw.Categorical, nw.Enum)
            return "" if fits else "a column of texts"
        case "date":
            fits = dtype == nw.Date or (dtype == nw.Datetime and getattr(dtype, "time_zone", None) is None)
            return "" if fits else "a column of dates"
        case _:
            fits = dtype == nw.Datetime and getattr(dtype, "time_zone", None) is not None
            return "" if fits else "a column of datetimes with a time zone, such as UTC"


def _nothing(dtype: nw.dtypes.DType) -> bool:
    """Whether a column of a type holds nothing but nulls."""
    return dtype == nw.Unknown


def _years(tables: Sequence[Table], facts: Mapping[str, Any]) -> range:
    """The years of all days and moments, if they are at hand, and one more at either end."""
    if any(table.whole is None for table in tables):
        return _YEARS
    found = [end.year for fact in facts.values() for end in _days_in(fact)]
    for table in tables:
        for column in dict.fromkeys(table.columns.values()):
            if table.whole is not None and table.dtypes[column] in (nw.Date, nw.Datetime):
                ends = (table.whole[column].min(), table.whole[column].max())
                found += [year for end in ends if (year := getattr(end, "year", None)) is not None]
    if not found:
        return range(_YEARS.start, _YEARS.start + 1)
    return range(max(min(found) - 1, _YEARS.start), min(max(found) + 2, _YEARS.stop))


def _days_in(fact: Any) -> Iterator[date]:
    """The days and moments in a fact, at any depth."""
    if isinstance(fact, date):
        yield fact
    for part in fact if isinstance(fact, tuple) else ():
        yield from _days_in(part)
    for field in attrs.fields(type(fact)) if attrs.has(type(fact)) else ():
        yield from _days_in(getattr(fact, field.name))
