"""Columns of trees as arrays, for what is worked out with numpy: rows that are at hand, in Arrow."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw

try:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    raise ImportError("deadlines of tables need pyarrow and numpy; run: pip install 'xtreme-rules[frames]'") from error

from xtreme_rules.coverage.clocks import Integers, Truths
from xtreme_rules.engines.frame import Given, Table, Trees
from xtreme_rules.engines.frame.libraries import Arrow
from xtreme_rules.engines.frame.plan import PREFIX
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.language.tree import Node

#: More than the moments, days and other numbers that are told apart in one column.
_MANY = 2**31
_WRONG = f"{PREFIX}wrong"


@attrs.frozen(eq=False)
class Column:
    """Whole numbers, and whether each is known; those that are not are 0."""

    values: Integers
    known: Truths

    def is_(self, value: int) -> Truths:
        """Whether it is known to be a number."""
        truths: Truths = self.known & (self.values == value)
        return truths


@attrs.frozen(eq=False)
class Worked:
    """Columns in Arrow, ``None`` where nothing is known; and what is wrong with each row, null where nothing is."""

    columns: Sequence[Any]
    problem: Any

    def numbers(self, place: int) -> Column:
        """A column as whole numbers; of truths, 1 is true."""
        column = self.columns[place]
        if column is None:
            count = len(self.problem)
            return Column(np.zeros(count, np.int64), np.zeros(count, np.bool_))
        values = pc.fill_null(column.cast(pa.int64()), 0)
        return Column(values.to_numpy(), column.is_valid().to_numpy())

    def texts(self, place: int) -> Any:
        """A column of texts."""
        column = self.columns[place]
        return pa.chunked_array([pa.nulls(len(self.problem), pa.string())]) if column is None else column


def worked_out(trees: Trees, wanted: Sequence[Node | nw.Expr | None]) -> Worked:
    """Trees as columns, and columns of their plan."""
    found = [trees.value(each) if isinstance(each, Node) else each for each in wanted]
    named = {f"{PREFIX}wanted{place}": column for place, column in enumerate(found) if column is not None}
    wrong, problem = trees.sources.problem()
    built = trees.plan.built(trees.sources.given.rows.frame).with_columns(**named, **{_WRONG: wrong})
    # Texts of what is wrong are written for the rows in which something is, which are few, if any.
    texts = built.filter(nw.col(_WRONG)).with_columns(**{_WRONG: problem}).to_native()[_WRONG].cast(pa.string())
    table = built.to_native()
    columns = [None if column is None else table[f"{PREFIX}wanted{place}"] for place, column in enumerate(found)]
    return Worked(columns, scattered(texts, np.flatnonzero(table[_WRONG].to_numpy()), len(table)))


def scattered(values: Any, rows: Integers, count: int) -> Any:
    """A column with values in some of so many rows, and null in the others."""
    if not len(rows):
        return pa.chunked_array([pa.nulls(count, values.type)])
    places = np.full(count, -1)
    places[rows] = np.arange(len(rows))
    return values.take(pa.array(places, mask=places < 0))


def at_hand(given: Given, what: str, library: str) -> Given:
    """The same in Arrow; ``library`` is the user's own.

    Raises:
        FactError: the rows are not at hand.
    """
    if given.rows.whole is None:
        message = f"cannot be worked out in {library} where the rows are not at hand"
        help_ = "give them as a frame of polars that is not lazy, of pandas or of pyarrow"
        raise FactError([Problem(what, message, help_)])
    tables = {name: _in_arrow(table) for name, table in given.tables.items()}
    return attrs.evolve(given, library=Arrow(), rows=_in_arrow(given.rows), tables=tables)


def _in_arrow(table: Table) -> Table:
    whole = table.frame.collect() if isinstance(table.frame, nw.LazyFrame) else table.frame
    needed = list(dict.fromkeys(table.columns.values())) or whole.columns[:1]  # a table of no columns has no rows
    return _table(whole.select(needed).to_arrow().combine_chunks(), table.columns)


def rows_of(given: Given, rows: Integers, columns: Sequence[str]) -> Given:
    """Some rows of a frame at hand, in any order and any number of times, with the columns of some paths."""
    chosen = {path: column for path, column in given.rows.columns.items() if path in columns}
    native = given.rows.frame.to_native().select(list(dict.fromkeys(chosen.values())))
    taken = native.take(pa.array(rows)) if chosen else pa.table({f"{PREFIX}row": rows})  # one of no columns has no rows
    return attrs.evolve(given, rows=_table(taken, chosen))


def with_moment(given: Given, path: str, moments: Any, years: range) -> Given:
    """The same rows with a moment under a path, as an Arrow array; ``years`` are those in which they lie."""
    name = f"{PREFIX}moment"
    native = given.rows.frame.to_native().append_column(name, moments.cast(pa.timestamp("us", "UTC")))
    facts = {key: value for key, value in given.facts.items() if key != path}
    years = range(min(years.start, given.years.start), max(years.stop, given.years.stop))
    return attrs.evolve(given, rows=_table(native, {**given.rows.columns, path: name}), facts=facts, years=years)


def _table(native: Any, columns: Mapping[str, str]) -> Table:
    frame = nw.from_native(native, eager_only=True)
    return Table(frame, columns, dict(frame.schema), frame)


def distinct(count: int, columns: Sequence[Any]) -> tuple[Integers, Integers]:
    """What is alike in all of some columns, numbered: a row of each number, and the number of each row."""
    numbers, size = np.zeros(count, np.int64), 1
    for column in columns:
        places, more = _places(column)
        if size > _MANY:
            numbers, size = _places(numbers)
        numbers, size = numbers * more + places, size * more
    numbers, size = _places(numbers)
    rows = np.empty(size, np.int64)
    rows[numbers[::-1]] = np.arange(count)[::-1]
    return rows, numbers


def _places(column: Any) -> tuple[Integers, int]:
    """The place of each value among those that occur, and how many these are."""
    values = plain(column)
    occurring = pc.unique(values)
    return _numpy(pc.index_in(values, value_set=occurring)), len(occurring)


def plain(column: Any) -> Any:
    """A column as an Arrow one, no longer encoded by a dictionary."""
    values = column if isinstance(column, pa.ChunkedArray | pa.Array) else pa.array(column)
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def owned(items: Any, owners: Any) -> tuple[Integers, Integers]:
    """The number of the owner of each item, and that number of each row whose column names an owner; -1 for none."""
    items = plain(items)
    known = pc.unique(items).drop_null()
    of_items, of_rows = (pc.index_in(each, value_set=known) for each in (items, plain(owners).cast(known.type)))
    return _numpy(pc.fill_null(of_items, -1)), _numpy(pc.fill_null(of_rows, -1))


def _numpy(column: Any) -> Integers:
    numbers: Integers = column.cast(pa.int64()).to_numpy()
    return numbers
