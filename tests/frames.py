"""The data-frame libraries: for each, Arrow tables as its frames, and back, in the order of the rows."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import attrs
import pyarrow as pa
import pytest
from tables import ROW

#: The wall clock of the engines that have one. It is that of no contract that a test begins with.
SESSION = "America/New_York"


@attrs.frozen
class Library:
    """A library: the modules it ``needs``, an Arrow table as a frame of it, and a frame as an Arrow table.

    Those that are ``lazy`` cannot look at the values of a frame, and keep no order. A ``quick`` one can be asked a
    hundred times, a ``slow`` one takes many seconds for each answer.
    """

    name: str
    needs: tuple[str, ...]
    frame: Callable[[pa.Table], Any]
    arrow: Callable[[Any], pa.Table]
    lazy: bool = False
    quick: bool = False
    slow: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def lacks(self) -> str | None:
        """What must be installed first, if anything."""
        lacking = [module for module in self.needs if importlib.util.find_spec(module) is None]
        if not lacking and "pyspark" in self.needs and not ("JAVA_HOME" in os.environ or shutil.which("java")):
            lacking = ["java"]
        return f"{self.name} needs {', '.join(lacking)}" if lacking else None

    def table(self, frame: Any) -> pa.Table:
        """A frame as an Arrow table, in the order of its rows."""
        return self.arrow(frame).sort_by(ROW)


def parameters(libraries: Iterable[Library]) -> list[Any]:
    """Libraries as parameters of tests. Those of Spark are for one process to run, which starts it once."""
    spark = pytest.mark.xdist_group("spark")
    return [pytest.param(library, marks=[spark] if library.slow else [], id=library.name) for library in libraries]


def _polars(table: pa.Table) -> Any:
    import polars

    return polars.from_arrow(table)


def _pandas(table: pa.Table) -> Any:
    """What a careful analyst makes of it: dtypes with nulls, and days that are moments at midnight, of no zone."""
    import pandas as pd

    nullable = {
        pa.bool_(): pd.BooleanDtype(),
        pa.int8(): pd.Int8Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
    }
    frame = table.to_pandas(types_mapper=nullable.get, date_as_object=False)
    days = [field.name for field in table.schema if field.type == pa.date32()]
    return frame.astype(dict.fromkeys(days, "datetime64[us]"))


def _pandas_arrow(table: pa.Table) -> Any:
    import pandas as pd

    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _from_pandas(frame: Any) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _dask(table: pa.Table) -> Any:
    import dask.dataframe

    return dask.dataframe.from_pandas(_pandas(table), npartitions=2)


@cache
def _duckdb() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{SESSION}'")
    return connection


@cache
def _spark() -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings: dict[str, Any] = {
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it runs no plan twice
        "spark.ui.enabled": "false",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": SESSION,
        "spark.sql.shuffle.partitions": "1",
    }
    return SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()


@contextmanager
def engines() -> Iterator[None]:
    """While this lasts, engines start when they are first needed; then they stop."""
    yield
    for engine, stop in ((_duckdb, "close"), (_spark, "stop")):
        if engine.cache_info().currsize:
            getattr(engine(), stop)()
            engine.cache_clear()


LIBRARIES = (
    Library("polars", ("polars",), _polars, lambda frame: frame.to_arrow(), quick=True),
    Library("polars-lazy", ("polars",), lambda t: _polars(t).lazy(), lambda f: f.collect().to_arrow(), lazy=True),
    Library("pyarrow", (), lambda table: table, lambda frame: frame, quick=True),
    Library("pandas", ("pandas",), _pandas, _from_pandas),
    Library("pandas-arrow", ("pandas",), _pandas_arrow, _from_pandas),
    Library("duckdb", ("duckdb",), lambda t: _duckdb().from_arrow(t), lambda f: f.to_arrow_table(), lazy=True),
    Library("dask", ("dask", "pandas"), _dask, lambda f: _from_pandas(f.compute(scheduler="synchronous")), lazy=True),
    Library(
        "pyspark", ("pyspark",), lambda t: _spark().createDataFrame(t), lambda f: f.toArrow(), lazy=True, slow=True
    ),
)
