"""What a caller gives: a frame of situations, tables beside it, and facts that hold for every row."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import narwhals as nw

from xtreme_rules.engines.frame.libraries import Frame, Library


@attrs.frozen(eq=False)
class Table:
    """A frame and which of its columns stand for what: names of fields or, in the frame of situations, paths.

    ``whole`` is the frame as data at hand, if it is: of a lazy frame nothing is read before the answer is.
    """

    frame: Frame
    columns: Mapping[str, str]
    dtypes: Mapping[str, nw.dtypes.DType]
    whole: nw.DataFrame[Any] | None = None


@attrs.frozen(eq=False)
class Given:
    """Situations in the rows of a frame.

    Attributes:
        library: the frame library that works on all of them.
        rows: the frame; its columns by path.
        tables: by the name of a fact, a table with its fields, looked up by ``id``; by the path of a list, a table of
            the items.
        facts: by name, facts that hold for every row.
        values: by path, all that can stand in a column of a lazy frame.
        fixed: by path, values that hold for every row, whatever else is given; a list of none is empty.
        years: those in which moments and days lie, as far as they can be read beforehand.
    """

    library: Library
    rows: Table
    tables: Mapping[str, Table]
    facts: Mapping[str, Any]
    values: Mapping[str, Sequence[Any]]
    years: range
    fixed: Mapping[str, Any] = MappingProxyType({})

    def under(self, frame: Frame, fixed: Mapping[str, Any]) -> "Given":
        """The same situations, with further columns perhaps, in which some paths have one value in every row."""
        return attrs.evolve(self, rows=attrs.evolve(self.rows, frame=frame), fixed=fixed)
