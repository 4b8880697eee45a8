"""The response time of each row of a table, by the most specific row of the table of response times."""

from datetime import timedelta

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import Integers
from xtreme_rules.engines.frame.codes import code
from xtreme_rules.frames.arrays import Worked, distinct, plain
from xtreme_rules.language.truth import Meaning
from xtreme_rules.rulebook.service import Other, ResponseTimes
from xtreme_rules.triage.lookup import Lookup

#: Where the response time is open.
OPEN = -1
_MICROSECOND = timedelta(microseconds=1)


@attrs.frozen(eq=False)
class Within:
    """Of each row the response time and the first share of it at which a response is at risk, in microseconds.

    Both are ``OPEN`` where the response time is; the share is where there are no warnings.
    """

    whole: Integers
    share: Integers


def within(table: ResponseTimes, meaning: Meaning, worked: Worked, first: int) -> Within:
    """The response times for the columns of a table, which were worked out from a place on."""
    lookup, possible = Lookup(table, meaning), table.possible
    places = {name: _places(table, meaning, name, worked, at) for at, name in enumerate(table.columns, first)}
    rows, number = distinct(len(worked.problem), list(places.values()))
    whole, share = np.full(len(rows), OPEN), np.full(len(rows), OPEN)
    for each, row in enumerate(rows):
        known = {name: int(place[row]) for name, place in places.items()}
        found = lookup.row({name: None if place == OPEN else possible[name][place] for name, place in known.items()})
        if found is not None:
            whole[each] = found.within // _MICROSECOND
            if table.warnings:
                share[each] = found.within * table.warnings[0] / 100 // _MICROSECOND
    return Within(whole[number], share[number])


def _places(table: ResponseTimes, meaning: Meaning, name: str, worked: Worked, at: int) -> Integers:
    """The place of each row's value of a column among those that are possible, ``OPEN`` where it is not known."""
    possible, domain = table.possible[name], meaning.domain(table.columns[name].value.type)
    column = worked.columns[at]
    if column is None:
        return np.full(len(worked.problem), OPEN)
    values = plain(column)
    named = pa.array([code(value, domain) for value in possible if value is not Other.OTHER]).cast(values.type)
    other = possible.index(Other.OTHER) if Other.OTHER in possible else OPEN
    places = pc.fill_null(pc.index_in(values, value_set=named), other).cast(pa.int64())
    found: Integers = pc.if_else(values.is_valid(), places, OPEN).to_numpy()
    return found
