"""The condition language: what is written reads back, and every engine agrees on what it means."""

import attrs
from conftest import bundled
from hypothesis import given
from hypothesis import strategies as st
from strategies import situations
from trees import conditions

from xtreme_rules.engines.compiled import compile_conditions
from xtreme_rules.facts.types import BOOLEAN
from xtreme_rules.language.parse import parse_condition
from xtreme_rules.language.tree import Both, Literal, Node, Not, asks, reads, write
from xtreme_rules.language.truth import value_at

RULES = bundled().rules
MEANING = RULES.meaning
TEMPLATE = next(iter(RULES.entitlements["how-to"].conditions))


@given(conditions())
def test_parsing_what_was_written_gives_the_same_tree(tree: Node) -> None:
    """parse(write(tree)) is the tree."""
    assert parse_condition(write(tree), RULES.schema) == tree


@given(st.lists(conditions(), min_size=1, max_size=4), situations())
def test_compiled_conditions_mean_what_the_reference_says(trees: list[Node], facts: dict[str, object]) -> None:
    """On random conditions over random facts with unknowns, the compiled engine gives the reference's truths."""
    checked = RULES.schema.checked(dict(facts))
    made = [attrs.evolve(TEMPLATE, id=str(index), when=tree) for index, tree in enumerate(trees)]
    met, unmet = compile_conditions(RULES, made)(checked) or (0, 0)
    truths = [MEANING.value(tree, checked) for tree in trees]
    assert [bool(met >> index & 1) for index in range(len(trees))] == [truth is True for truth in truths]
    assert [bool(unmet >> index & 1) for index in range(len(trees))] == [truth is False for truth in truths]


@given(conditions(), situations())
def test_missing_is_empty_exactly_when_the_truth_is_known(tree: Node, facts: dict[str, object]) -> None:
    """A condition is unknown if and only if it can say which facts it lacks; each of them is one it asks for."""
    checked = RULES.schema.checked(dict(facts))
    missing = list(MEANING.missing(tree, checked))
    assert bool(missing) == (MEANING.value(tree, checked) is None)
    asked = set(asks(tree))
    for path in missing:
        plain = path.replace("[0]", "[]").replace("[1]", "[]").replace("[2]", "[]")
        assert plain in asked
        assert "[" in path or value_at(checked, path) is None


@given(conditions())
def test_what_is_asked_for_is_read(tree: Node) -> None:
    """A condition asks only for facts that it reads, or for fields of items that it reads."""
    assert {path.partition("[")[0] for path in asks(tree)} <= set(reads(tree))


@given(st.lists(st.sampled_from([True, False, None]), min_size=2, max_size=4))
def test_and_or_and_not_follow_kleene(values: list[bool | None]) -> None:
    """``and`` is the minimum and ``or`` the maximum of false < unknown < true; ``not`` swaps false and true."""
    order: dict[bool | None, int] = {False: 0, None: 1, True: 2}
    unknown = parse_condition("access.authorised", RULES.schema)
    operands = tuple(unknown if value is None else Literal(value, BOOLEAN) for value in values)
    assert order[MEANING.value(Both("and", operands), {})] == min(order[value] for value in values)
    assert order[MEANING.value(Both("or", operands), {})] == max(order[value] for value in values)
    assert order[MEANING.value(Not(operands[0]), {})] == 2 - order[values[0]]
