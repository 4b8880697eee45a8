"""Tables as Parquet files, through ``pyarrow``, which loads when first used. Nanoseconds are cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from xtreme_rules.errors import Problem, clipped
from xtreme_rules.intake.rows import MissingExtraError, Progress, Row, TableError, distinct

_BATCH = 2_000


class ParquetTable:
    """A Parquet file; its rows are counted from 1."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        try:
            self._arrow, self._parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            help_ = "install it with `pip install 'xtreme-rules[parquet]'`"
            raise MissingExtraError([Problem(name, "a Parquet file takes the package pyarrow", help_)]) from None
        with self._opened() as file:
            self.columns = distinct(tuple(file.schema_arrow.names), name)
            self.size: int = file.metadata.num_rows

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """The rows, each with its number; cells are Python's own values."""
        done = 0
        with self._opened() as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                batch = self._in_microseconds(batch)
                try:
                    yield from (Row(done + number, cells) for number, cells in enumerate(batch.to_pylist(), 1))
                except (ValueError, OverflowError, LookupError):  # bytes that are no text, a year 10,000
                    yield from (self._row(batch, index, done) for index in range(batch.num_rows))
                done += batch.num_rows
                if progress is not None:
                    progress(done, self.size)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            with self._parquet.ParquetFile(self.path) as file:
                yield file
        except (self._arrow.ArrowException, OSError) as error:
            message = f"cannot be read as Parquet: {clipped(' '.join(str(error).split()))}"
            raise TableError([Problem(self.name, message)]) from None

    def _in_microseconds(self, batch: Any) -> Any:
        """Timestamps in nanoseconds become pandas' own where pandas is installed, and fail where it is not."""
        arrow, arrays = self._arrow, []
        for array in batch.columns:
            kind = array.type
            if arrow.types.is_timestamp(kind) and kind.unit == "ns":
                array = array.cast(arrow.timestamp("us", kind.tz), safe=False)
            arrays.append(array)
        return arrow.RecordBatch.from_arrays(arrays, self.columns)

    def _row(self, batch: Any, index: int, done: int) -> Row:
        """A row of a batch in which some cell cannot be read; cells that cannot are shown as best they can be."""
        cells: dict[str, Any] = {}
        wrong = None
        for column, array in zip(self.columns, batch.columns, strict=True):
            try:
                cells[column] = array[index].as_py()
            except (ValueError, OverflowError, LookupError) as error:
                wrong = wrong or Problem(column, f"cannot be read: {clipped(str(error))}")
                is_text = self._arrow.types.is_string(array.type) or self._arrow.types.is_large_string(array.type)
                raw = array.cast(self._arrow.binary())[index].as_py() if is_text else b"?"
                cells[column] = raw.decode("utf-8", "backslashreplace")
        return Row(done + index + 1, cells, wrong)
