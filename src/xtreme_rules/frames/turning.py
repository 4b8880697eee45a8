"""The days on which the conditions of a clock can turn, for a column of situations."""

from collections.abc import Callable, Iterator

import attrs
import narwhals as nw
import numpy as np

from xtreme_rules.coverage.clocks import Integers
from xtreme_rules.engines.frame import Trees
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY
from xtreme_rules.frames.arrays import Worked, owned
from xtreme_rules.language.moments import day_shift
from xtreme_rules.language.tree import Call, Compare, Node, children, walk, write

#: Rows, and a day for each; a row is there as often as it has days. Days are counted from 1970.
Days = tuple[Integers, Integers]


@attrs.frozen(eq=False)
class Turn:
    """What one condition turns by: a column, and the days that come from it."""

    column: nw.Expr
    days: Callable[[Worked, int], Days]


Form = Callable[[Trees, int], Turn | None]
#: By the term, the column form of ``turns``, for a day that is off the moment's own by so many days.
FORMS: dict[str, Form] = {}


def form(*names: str) -> Callable[[Form], Form]:
    """Register the column form for some terms."""

    def register(function: Form) -> Form:
        FORMS.update(dict.fromkeys(names, function))
        return function

    return register


def check(condition: Node) -> None:
    """Refuse a condition of which it cannot be said for columns when it turns.

    Raises:
        FactError: it cannot.
    """
    for node in walk(condition):
        if isinstance(node, Call) and _shift(node) is not None and node.term.name not in (*FORMS, "day_of"):
            message = f"it cannot be said for whole tables on which days `{node.term.name}` turns"
            raise FactError([Problem(write(condition), message, "ask for such incidents one at a time")])


def turns(trees: Trees, condition: Node) -> Iterator[Turn]:
    """What a condition that can be followed turns by."""
    match condition:
        case Compare(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                shift = day_shift(one)
                column = None if shift is None else trees.value(other)
                if shift is not None and column is not None:
                    yield _comparison(column, shift)
        case Call(term=term) if (shift := _shift(condition)) is not None and term.name in FORMS:
            turn = FORMS[term.name](trees, shift)
            if turn is not None:
                yield turn
    for child in children(condition):
        yield from turns(trees, child)


def _shift(call: Call) -> int | None:
    return next((shift for part in call.arguments if (shift := day_shift(part)) is not None), None)


def _comparison(column: nw.Expr, shift: int) -> Turn:
    """It can turn on the day that it compares with, and on the next."""

    def days(worked: Worked, place: int) -> Days:
        found = worked.numbers(place)
        rows = np.flatnonzero(found.known)
        day = found.values[rows] - shift
        return np.concatenate([rows, rows]), np.concatenate([day, day + 1])

    return Turn(column, days)


def _of_items(trees: Trees, path: str, field: str, moved: tuple[int, ...]) -> Turn | None:
    """It can turn on days that the items of a list of the contract name, moved by some days."""
    items, contract = trees.sources.items(path, (field,)), trees.sources.value("contract.id")
    if items is None or contract is None:
        return None
    table = nw.to_native(items)

    def days(worked: Worked, place: int) -> Days:
        item_owner, owner = owned(table["owner"], worked.texts(place))
        day = table[field].fill_null(0).to_numpy()
        order = np.argsort(item_owner, kind="stable")
        first, last = (np.searchsorted(item_owner[order], owner, side) for side in ("left", "right"))
        count = np.where(owner < 0, 0, last - first)
        rows = np.repeat(np.arange(len(owner)), count)
        item = order[np.arange(len(rows)) - np.repeat(np.cumsum(count) - count - first, count)]
        return np.tile(rows, len(moved)), np.concatenate([day[item] + days for days in moved])

    return Turn(contract, days)


@form("package_on")
def _package_changes(trees: Trees, shift: int) -> Turn | None:
    return _of_items(trees, "contract.package_changes", "day", (-shift,))


@form("weekend_booked")
def _weekends(trees: Trees, shift: int) -> Turn | None:
    return _of_items(trees, "bookings", "saturday", (-shift, 2 - shift))


@form("contract_year", "contract_year_start", "contract_year_end")
def _anniversaries(trees: Trees, shift: int) -> Turn | None:
    start = trees.sources.value("contract.start")
    if start is None:
        return None
    leap_day = trees.context.leap_anniversary

    def days(worked: Worked, place: int) -> Days:
        found = worked.numbers(place)
        rows = np.flatnonzero(found.known)
        began = found.values[rows].astype("M8[D]")
        month = began.astype("M8[M]")
        years = np.arange(FIRST_DAY.year + 1, LAST_DAY.year + 1) - 1970
        months = month.astype(np.int64) % 12 + years[:, None] * 12
        # 29 February of a common year is 1 March here.
        day = months.astype("M8[M]").astype("M8[D]") + (began - month.astype("M8[D]"))
        if leap_day == 28:
            day -= (day.astype("M8[M]").astype(np.int64) != months).astype("m8[D]")
        return np.tile(rows, len(years)), day.ravel().astype(np.int64) - shift

    return Turn(start, days)


#: Terms that turn once a year, as long as there are days.
YEARLY = frozenset(name for name, made in FORMS.items() if made is _anniversaries)
