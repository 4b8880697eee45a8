"""The few things that frame libraries do each in a way of its own: all else is said in Narwhals.

A library turns days and moments into whole numbers, makes small tables, and joins a table without losing the order of
the rows where there is one. Frames are Narwhals frames of the library's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import narwhals as nw

#: A frame while it is worked on. An eager one does all that is asked of it as a lazy one would, and is typed as one.
Frame = nw.LazyFrame[Any]


class Library(Protocol):
    """One frame library."""

    name: str

    def numbers(self, frame: Frame, days: Mapping[str, str], moments: Mapping[str, str]) -> Frame:
        """The frame with columns added: by new name, dates as days since 1970, moments as microseconds since then."""
        ...

    def table(self, columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> Frame:
        """A small table, for joins with a frame; columns of no other type are of integers."""
        ...

    def joined(self, frame: Frame, table: Frame, on: Sequence[str]) -> Frame:
        """The frame with the columns of a table in which every combination of keys is there once."""
        ...


class Polars:
    """Polars, run lazily; ``ordered`` where the user's frame has an order to keep."""

    name = "polars"

    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered

    def numbers(self, frame: Frame, days: Mapping[str, str], moments: Mapping[str, str]) -> Frame:
        """Casts: a date is kept as its number."""
        return frame.with_columns(
            *(nw.col(name).cast(nw.Date).cast(nw.Int32).alias(new) for new, name in days.items()),
            *(nw.col(name).dt.timestamp("us").alias(new) for new, name in moments.items()),
        )

    def table(self, columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> Frame:
        """A lazy frame."""
        import polars as pl

        return _frame(pl.LazyFrame(dict(columns), schema=_schema(columns, dtypes).to_polars()))

    def joined(self, frame: Frame, table: Frame, on: Sequence[str]) -> Frame:
        """In the order of the rows, where they have one."""
        left, right = frame.to_native(), table.to_native()
        order = "left" if self.ordered else "none"
        return _frame(left.join(right, on=list(on), how="left", maintain_order=order))


class Arrow:
    """PyArrow, which does what it is asked at once; pandas and Dask come here too."""

    name = "pyarrow"

    def numbers(self, frame: Frame, days: Mapping[str, str], moments: Mapping[str, str]) -> Frame:
        """Casts: a date is kept as its number."""
        return frame.with_columns(
            *(nw.col(name).cast(nw.Date).cast(nw.Int32).cast(nw.Int64).alias(new) for new, name in days.items()),
            *(nw.col(name).dt.timestamp("us").alias(new) for new, name in moments.items()),
        )

    def table(self, columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> Frame:
        """A table."""
        import pyarrow as pa

        return _frame(pa.table(dict(columns), schema=_schema(columns, dtypes).to_arrow()))

    def joined(self, frame: Frame, table: Frame, on: Sequence[str]) -> Frame:
        """By the place of each row's keys in the table: a join of PyArrow's own would mix up the rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        left, right = frame.to_native(), table.to_native().combine_chunks()
        asked = held = pa.scalar(0, pa.int64())
        for key in on:
            values = right[key].unique()
            count = pa.scalar(len(values), pa.int64())
            places = (pc.index_in(side[key], values, skip_nulls=True).cast(pa.int64()) for side in (left, right))
            asked, held = (
                pc.add(pc.multiply(so_far, count), place) for so_far, place in zip((asked, held), places, strict=True)
            )
        rows = pc.index_in(asked, held, skip_nulls=True)
        for name in right.column_names:
            if name not in on:
                left = left.append_column(name, right[name].take(rows))
        return _frame(left)


class DuckDB:
    """DuckDB relations, of the connection of one of them."""

    name = "duckdb"

    def __init__(self, relation: Any) -> None:
        self._relation = relation

    def numbers(self, frame: Frame, days: Mapping[str, str], moments: Mapping[str, str]) -> Frame:
        """In SQL of its own."""
        added = [
            *(f"CAST({_quoted(name)} AS DATE) - DATE '1970-01-01' AS {_quoted(new)}" for new, name in days.items()),
            *(f"epoch_us({_quoted(name)}) AS {_quoted(new)}" for new, name in moments.items()),
        ]
        return _frame(frame.to_native().project(", ".join(["*", *added])))

    def table(self, columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> Frame:
        """An Arrow table, which DuckDB reads where it is."""
        import pyarrow as pa

        small = pa.table(dict(columns), schema=_schema(columns, dtypes).to_arrow())  # noqa: F841  DuckDB finds it by name
        return _frame(self._relation.query("frame", "SELECT * FROM small"))

    def joined(self, frame: Frame, table: Frame, on: Sequence[str]) -> Frame:
        """A join; relations have no order."""
        return frame.join(table, on=list(on), how="left")


class Spark:
    """PySpark; no function of Python runs on its rows."""

    name = "pyspark"

    def __init__(self, session: Any) -> None:
        self._session = session

    def numbers(self, frame: Frame, days: Mapping[str, str], moments: Mapping[str, str]) -> Frame:
        """By functions of its own."""
        from pyspark.sql import functions as F  # noqa: N812  as everybody calls it

        native = frame.to_native()
        added = {new: F.unix_date(F.col(_ticked(name)).cast("date")).cast("bigint") for new, name in days.items()}
        added |= {new: F.unix_micros(F.col(_ticked(name))) for new, name in moments.items()}
        return _frame(native.withColumns(added))

    def table(self, columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> Frame:
        """A table that is sent to every worker."""
        from pyspark.sql import functions as F  # noqa: N812

        rows = list(zip(*columns.values(), strict=True))
        kinds = {name: _SPARK_TYPES[dtype] for name, dtype in _schema(columns, dtypes).items()}
        schema = ", ".join(f"{_ticked(name)} {kind}" for name, kind in kinds.items())
        return _frame(F.broadcast(self._session.createDataFrame(rows, schema)))

    def joined(self, frame: Frame, table: Frame, on: Sequence[str]) -> Frame:
        """A join; Spark's frames have no order."""
        return frame.join(table, on=list(on), how="left")


def _frame(native: Any) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


_SPARK_TYPES: dict[nw.dtypes.DType, str] = {nw.Int64(): "bigint", nw.String(): "string", nw.Boolean(): "boolean"}


def _schema(columns: Mapping[str, Sequence[Any]], dtypes: Mapping[str, nw.dtypes.DType]) -> nw.Schema:
    return nw.Schema({name: dtypes.get(name, nw.Int64()) for name in columns})
