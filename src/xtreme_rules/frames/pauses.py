"""The pauses of incidents, for whole tables."""

from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import LATER, Integers, Pauses, Spans, Truths
from xtreme_rules.engines.frame.libraries import Frame
from xtreme_rules.frames.arrays import Column, owned

PAUSES = "incident.pauses"
#: What is wrong where pauses are.
WRONG_PAUSES = "incident.pauses: lack a start, overlap, or begin before submitted_at; give them one after another"


def pauses(items: Frame | None, incident: Any, submitted: Column, at: Integers) -> tuple[Pauses, Truths]:
    """The pauses of the incident of each row, by its id, as they are seen at a moment; and the rows whose are wrong.

    ``items`` are those of all incidents, with moments as numbers.
    """
    table = None if items is None else nw.to_native(items)
    if table is None or not len(table):
        nobody, none = np.empty(0, np.int64), np.zeros(len(at), np.int64)
        return Pauses(Spans(nobody, nobody, nobody), none, none, at), np.zeros(len(at), np.bool_)
    owner, asked = owned(table["owner"], incident)
    start, end = (pc.fill_null(table[name].cast(pa.int64()), LATER).to_numpy() for name in ("start", "end"))
    order = np.lexsort((end, start, owner))
    spans = Spans(owner[order], start[order], end[order])
    wrong = (spans.start == LATER) | (spans.end < spans.start)
    wrong[1:] |= (spans.owner[1:] == spans.owner[:-1]) & (spans.start[1:] < spans.end[:-1])
    first, count, strange = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64), np.zeros(len(at), np.bool_)
    rows = np.flatnonzero(asked >= 0)
    first[rows] = np.searchsorted(spans.owner, asked[rows])
    count[rows] = spans.begun(asked[rows], at[rows]) - first[rows]
    early = submitted.known[rows] & (spans.start[first[rows]] < submitted.values[rows])
    strange[rows] = early | np.isin(asked[rows], spans.owner[wrong])
    return Pauses(spans, first, count, at), strange
