"""Random conditions: typed trees over the facts and the vocabulary of the bundled rulebook."""

from datetime import timedelta

from conftest import bundled
from hypothesis import strategies as st

from xtreme_rules.facts.types import BOOLEAN, CALENDAR, DATE, DAYS, DURATION, INTEGER, MOMENT, TEXT, Type
from xtreme_rules.language.tree import (
    Arithmetic,
    Both,
    Call,
    Compare,
    Covered,
    Literal,
    Member,
    Node,
    Not,
    Path,
    Shift,
)
from xtreme_rules.language.vocabulary import TERMS

SCHEMA = bundled().rules.schema
PACKAGE, SEVERITY, TOPIC = (
    Type("text", domain="package"),
    Type("integer", domain="severity"),
    Type("text", domain="topic"),
)
ORDERED = (INTEGER, DATE, MOMENT, DAYS, DURATION, PACKAGE, SEVERITY)
COMPARED = (*ORDERED, BOOLEAN, TEXT, TOPIC)


def paths(kind: Type) -> list[Node]:
    """Every path of a type, down to the fields of records in records."""
    found: list[Node] = []

    def visit(path: str, at: Type) -> None:
        if at == kind:
            found.append(Path(path, at))
        for name, part in SCHEMA.members(at).items():
            visit(f"{path}.{name}", part)

    for name, at in SCHEMA.facts.items():
        visit(name, at)
    return found


def literals(kind: Type) -> st.SearchStrategy[Node]:
    """Constants of a type, if it has any."""
    if kind.domain is not None:
        return st.sampled_from(SCHEMA.domains[kind.domain].values).map(lambda value: Literal(value, kind))
    values: dict[Type, st.SearchStrategy[object]] = {
        BOOLEAN: st.booleans(),
        INTEGER: st.integers(-3, 3),
        TEXT: st.text(st.characters(categories=("L", "N", "Zs"), exclude_characters="\u00a0\u1680"), max_size=4).filter(
            lambda text: text.isprintable()
        ),
        DURATION: st.integers(-50, 50).map(lambda hours: timedelta(hours=hours)),
        DAYS: st.integers(-20, 20).map(lambda days: timedelta(days=days)),
    }
    return values[kind].map(lambda value: Literal(value, kind)) if kind in values else st.nothing()  # type: ignore[arg-type]


def calls(kind: Type, depth: int) -> st.SearchStrategy[Node]:
    """The terms of the vocabulary that give a type, with random arguments."""
    return st.one_of(
        [
            st.tuples(*(nodes(parameter, depth - 1) for parameter in term.parameters)).map(
                lambda arguments, term=term: Call(term, arguments)  # type: ignore[misc]
            )
            for term in TERMS.values()
            if term.result == kind
        ]
    )


def nodes(kind: Type, depth: int = 3) -> st.SearchStrategy[Node]:
    """Trees of a type, no deeper than ``depth``."""
    leaves = [st.sampled_from(paths(kind))] if paths(kind) else []
    choices = [*leaves, literals(kind)]
    if kind.domain == "calendar":
        return literals(kind)
    if depth > 0:
        choices.append(calls(kind, depth))
        choices += _compound(kind, depth - 1)
    return st.one_of(choices)


def _compound(kind: Type, depth: int) -> list[st.SearchStrategy[Node]]:
    if kind == BOOLEAN:
        return [
            st.deferred(lambda: nodes(BOOLEAN, depth).map(Not)),
            st.deferred(
                lambda: st.builds(
                    Both,
                    st.sampled_from(["and", "or"]),
                    st.lists(nodes(BOOLEAN, depth), min_size=2, max_size=3).map(tuple),
                )
            ),
            st.sampled_from(COMPARED).flatmap(lambda compared: comparisons(compared, depth)),
            st.sampled_from([INTEGER, TEXT, PACKAGE, SEVERITY, TOPIC]).flatmap(lambda member: members(member, depth)),
            st.deferred(lambda: st.builds(Covered, nodes(MOMENT, depth), nodes(CALENDAR, depth))),
        ]
    if kind == DATE:
        moved = nodes(DATE, depth).filter(lambda node: not isinstance(node, Shift))
        return [st.builds(Shift, moved, st.integers(-400, 400))]
    if kind in (INTEGER, DAYS):
        same = st.builds(Arithmetic, st.sampled_from("+-"), nodes(kind, depth), nodes(kind, depth), st.just(kind))
        if kind == INTEGER:
            return [same]
        return [same, st.builds(Arithmetic, st.just("-"), nodes(DATE, depth), nodes(DATE, depth), st.just(DAYS))]
    if kind == DURATION:
        return [st.builds(Arithmetic, st.just("-"), nodes(MOMENT, depth), nodes(MOMENT, depth), st.just(DURATION))]
    return []


def comparisons(kind: Type, depth: int) -> st.SearchStrategy[Node]:
    """Comparisons of two values of a type; not of two constants."""
    operators = ["<", "<=", ">", ">=", "==", "!="] if kind in ORDERED else ["==", "!="]
    pairs = st.tuples(nodes(kind, depth), nodes(kind, depth)).filter(
        lambda pair: not all(isinstance(side, Literal) for side in pair)
    )
    return st.tuples(st.sampled_from(operators), pairs).map(lambda parts: Compare(parts[0], *parts[1]))


def members(kind: Type, depth: int) -> st.SearchStrategy[Node]:
    """Memberships in a set of constants."""
    value = nodes(kind, depth).filter(lambda node: kind.domain is None or not isinstance(node, Literal))
    choices = st.lists(literals(kind), min_size=1, max_size=3).map(tuple)
    return st.builds(Member, value, choices)


def conditions(depth: int = 3) -> st.SearchStrategy[Node]:
    """Random conditions."""
    return nodes(BOOLEAN, depth)
