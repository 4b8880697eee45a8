"""Data frames as users have them: which library works on them, and how columns of answers are put beside theirs."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs

try:
    import narwhals as nw
except ImportError as error:
    raise ImportError("whole tables need narwhals; run: pip install 'xtreme-rules[frames]'") from error

from xtreme_rules.engines.frame.libraries import Arrow, DuckDB, Frame, Library, Polars, Spark
from xtreme_rules.errors import FactError, Problem, listing

_ROW = "__xr_row"
#: What each library is called here, by Narwhals' name for it.
NAMES = {
    nw.Implementation.POLARS: "polars",
    nw.Implementation.PANDAS: "pandas",
    nw.Implementation.PYARROW: "pyarrow",
    nw.Implementation.DUCKDB: "duckdb",
    nw.Implementation.PYSPARK: "pyspark",
    nw.Implementation.PYSPARK_CONNECT: "pyspark",
    nw.Implementation.DASK: "dask",
}


@attrs.frozen(eq=False)
class Opened:
    """A user's frame.

    Attributes:
        native: the frame as it was given.
        what: what messages call it.
        library: the name of its library.
        frame: the frame for Narwhals.
        whole: the same as data at hand, if it is; pandas frames are at hand, but not read as they are.
        schema: the types of its columns.
        names: what the columns are called while they are worked on: a dot in a name means something else to SQL.
    """

    native: Any
    what: str
    library: str
    frame: Frame
    whole: nw.DataFrame[Any] | None
    schema: Mapping[str, nw.dtypes.DType]
    names: Mapping[str, str]

    def worked_on(self, columns: Sequence[str]) -> tuple[Frame, nw.DataFrame[Any] | None]:
        """The frame as the engine takes it, with some columns at least; and as data at hand, if it is."""
        if self.library == "pandas":
            table = _in_arrow(self.native[list(columns)], self.what)
            return nw.from_native(table), nw.from_native(table, eager_only=True)
        lazy = self.library == "polars" and self.whole is not None
        return self.frame.lazy() if lazy else self.frame, self.whole

    def engine(self) -> Library:
        """What works on the frame."""
        match self.library:
            case "polars":
                return Polars(ordered=self.whole is not None)
            case "duckdb":
                return DuckDB(self.native)
            case "pyspark":
                return Spark(self.native.sparkSession)
        return Arrow()

    def as_given(self, frame: Frame, names: Mapping[str, str] = MappingProxyType({})) -> Any:
        """A frame of answers, some columns renamed, in the form of the user's frame."""
        if self.library == "pyspark":
            return frame.to_native().toDF(*(names.get(name, name) for name in frame.collect_schema()))
        native = frame.rename(dict(names)).to_native()
        if self.library == "pandas":
            return native.to_pandas(types_mapper=_pandas_type)
        # In order, joins are more than twice as fast in memory, where the frame is anyway.
        return native.collect(engine="in-memory") if self.library == "polars" and self.whole is not None else native

    def beside(self, answers: Frame, columns: Mapping[str, str]) -> Any:
        """The user's frame with further columns, by name the column of the answers, in the library's own form."""
        if self.library == "pandas":
            found = answers.to_native()
            return self.native.assign(
                **{name: _in_pandas(found[at], self.native.index) for name, at in columns.items()}
            )
        chosen = answers.select(*self.names.values(), *columns.values())
        own = {at: name for name, at in self.names.items() if name != at}
        return self.as_given(chosen, {**own, **{at: name for name, at in columns.items()}})

    def refuse(self, names: Sequence[str]) -> None:
        """Refuse to add columns of some names if there are such already.

        Raises:
            FactError: there is one.
        """
        there = [name for name in names if name in self.schema]
        if there:
            message, help_ = f"the frame has columns {listing(there)} already", "rename or drop them"
            raise FactError([Problem(self.what, message, help_)])


def opened(native: Any, what: str) -> Opened:
    """A user's frame; ``what`` is what messages call it.

    Raises:
        FactError: it is no data frame of a library that is known.
    """
    known = ", ".join(dict.fromkeys(NAMES.values()))
    try:
        frame: Any = nw.from_native(native)
    except nw.exceptions.DuplicateError:
        raise FactError([Problem(what, "two columns have the same name", "rename one of them")]) from None
    except TypeError:
        kind = type(native).__name__
        raise FactError([Problem(what, f"expected a data frame, got {kind}", f"give one of {known}")]) from None
    if frame.implementation not in NAMES:
        message = f"{frame.implementation} is not among the libraries that work here"
        raise FactError([Problem(what, message, f"give a frame of {known}")])
    library = NAMES[frame.implementation]
    try:
        schema = frame.collect_schema()
    except nw.exceptions.DuplicateError:
        raise FactError([Problem(what, "two columns have the same name", "rename one of them")]) from None
    strange = [name for name in schema if not isinstance(name, str)]
    if strange:
        raise FactError([Problem(what, f"the name of a column is no text: {strange[0]!r}", "rename it")])
    names = {name: name for name in schema}
    if library in ("duckdb", "pyspark"):
        names = {name: f"column{number}" for number, name in enumerate(schema)}
        frame = nw.from_native(_renamed(native, library, names))
    whole = (
        nw.from_native(native, eager_only=True)
        if library in ("polars", "pyarrow") and isinstance(frame, nw.DataFrame)
        else None
    )
    return Opened(native, what, library, frame, whole, schema, names)


def _renamed(native: Any, library: str, names: Mapping[str, str]) -> Any:
    if library == "pyspark":
        return native.toDF(*names.values())
    quoted = {name: name.replace('"', '""') for name in names}
    return native.project(", ".join(f'"{quoted[name]}" AS {new}' for name, new in names.items()))


def is_frame(value: Any) -> bool:
    """Whether a value is a data frame of some library."""
    return nw.dependencies.is_into_dataframe(value) or hasattr(value, "_meta") or _is_lazy(value)


def _is_lazy(value: Any) -> bool:
    try:
        nw.from_native(value)
    except TypeError:
        return False
    return True


def _in_arrow(frame: Any, what: str) -> Any:
    """Some columns of a pandas frame in Arrow, where what is missing is null, whatever pandas has for it."""
    try:
        import pyarrow as pa
    except ImportError:
        raise ImportError("pandas frames are worked on in Arrow; run: pip install pyarrow") from None
    problems, arrays = [], {_ROW: pa.nulls(len(frame))}  # so that there are rows, whatever columns there are
    for name in frame.columns:
        try:
            arrays[name] = _as_meant(pa.Array.from_pandas(frame[name]))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            message = f"its values are not all of one type: {' '.join(str(error).split())}"
            problems.append(Problem(f"{what}: column `{name}`", message))
    if problems:
        raise FactError(problems)
    return pa.table(arrays)


def _as_meant(array: Any) -> Any:
    """An array as pandas would have it, did it not turn integers into fractions where some are missing, or all."""
    import pyarrow as pa

    if array.null_count == len(array) > 0:
        return pa.nulls(len(array))
    if not pa.types.is_floating(array.type):
        return array
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        return array


def _in_pandas(column: Any, index: Any) -> Any:
    values = column.to_pandas(types_mapper=_pandas_type)
    values.index = index
    return values


def _pandas_type(kind: Any) -> Any:
    """A type of pandas that can hold nulls."""
    import pandas as pd

    kinds = {"int32": pd.Int32Dtype(), "int64": pd.Int64Dtype(), "bool": pd.BooleanDtype(), "string": pd.StringDtype()}
    return kinds.get(str(kind).removeprefix("large_"))


def in_partitions(
    frame: Any, facts: Mapping[str, Any], answer: Callable[[Any, Mapping[str, Any]], Any], total: str = ""
) -> Any:
    """The answer on a frame; on one of Dask, that of each of its partitions by itself, when Dask comes to it.

    Tables that go with a Dask frame are handed whole to each partition. With ``total``, answers are counts: those of
    all partitions are added up; the first column of counts is the one of that name.
    """
    if not nw.dependencies.is_dask_dataframe(frame):
        return answer(frame, facts)
    tables = {name: value for name, value in facts.items() if nw.dependencies.is_dask_dataframe(value)}
    whole = [table.repartition(npartitions=1) for table in tables.values()]

    def of_partition(rows: Any, *parts: Any) -> Any:
        return answer(rows, {**facts, **dict(zip(tables, parts, strict=True))})

    meta = of_partition(frame._meta, *(table._meta for table in whole))
    partitions: Any = frame
    answers = partitions.map_partitions(of_partition, *whole, meta=meta, align_dataframes=False)
    if not total:
        return answers
    names = list(meta.columns)
    return answers.groupby(names[: names.index(total)], dropna=False).sum().reset_index()
