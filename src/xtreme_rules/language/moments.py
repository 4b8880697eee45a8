"""Conditions as functions of the moment ``at``: from which days on one can come out otherwise, and in which hours.

What a condition has to do with the moment can be followed if it is ``at in coverage(...)`` itself, or reads ``at`` only
as ``day_of(at)``: compared with a day, or given to a term that says on which days it turns. A day condition then is
the same from one turning day to the next, and a moment of each such stretch stands for all of it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from xtreme_rules.language.tree import Call, Compare, Covered, Node, Path, Shift, children, reads
from xtreme_rules.language.truth import Facts, Meaning, value_at

AT = "at"


def depends_on_moment(node: Node) -> bool:
    """Whether a tree reads ``at``."""
    return AT in reads(node)


def hours_of(condition: Node) -> Node | None:
    """The coverage of a condition that is ``at in ...``; ``None`` for any other."""
    match condition:
        case Covered(moment=Path(name=name), coverage=coverage) if name == AT:
            return coverage
    return None


def can_be_followed(condition: Node) -> bool:
    """Whether it is known when a condition can change with the moment."""
    return _turns_by_day(hours_of(condition) or condition)


def _turns_by_day(node: Node) -> bool:
    if not depends_on_moment(node):
        return True
    match node:
        case Path():
            return False
        case Compare(left=left, right=right) if day_shift(left) is not None:
            return not depends_on_moment(right)
        case Compare(left=left, right=right) if day_shift(right) is not None:
            return not depends_on_moment(left)
        case Call(term=term, arguments=arguments) if any(day_shift(part) is not None for part in arguments):
            return term.turns is not None and len(arguments) == 1
    return all(map(_turns_by_day, children(node)))


def turning_days(condition: Node, meaning: Meaning, facts: Facts) -> Iterator[date]:
    """The days from which on a condition that can be followed may come out otherwise than on the day before."""
    match condition:
        case Compare(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                shift = day_shift(one)
                day = None if shift is None else meaning.value(other, facts)
                if shift is not None and day is not None:  # it can turn on that day, and on the next
                    yield day - timedelta(days=shift)
                    yield day - timedelta(days=shift - 1)
        case Call(term=term, arguments=arguments) if term.turns is not None:
            shifts = [shift for part in arguments if (shift := day_shift(part)) is not None]
            values = [value_at(facts, path) for path in term.reads]
            if shifts and all(v is not None or p in term.may_be_none for p, v in zip(term.reads, values, strict=True)):
                context = (meaning.context,) if term.contextual else ()
                for day in term.turns(*context, *values):
                    yield day - timedelta(days=shifts[0])
    for child in children(condition):
        yield from turning_days(child, meaning, facts)


def day_shift(node: Node) -> int | None:
    """By how many days a tree is off ``day_of(at)``; ``None`` if it is something else."""
    match node:
        case Call(term=term, arguments=(Path(name=name),)) if term.name == "day_of" and name == AT:
            return 0
        case Shift(date=inner, days=days):
            shift = day_shift(inner)
            return None if shift is None else shift + days
    return None
