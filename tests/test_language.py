"""The condition language: what is written reads back, and says what it lacks."""

import pytest
from conftest import bundled
from hypothesis import example, given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.facts.types import BOOLEAN, DATE, DAYS, INTEGER
from xtreme_rules.language.parse import MAX_DEPTH, MistakesError, parse, parse_condition
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.template import parse_template
from xtreme_rules.language.tree import Both, Compare, Literal, Node, Not, asks, reads, write
from xtreme_rules.language.truth import value_at
from xtreme_rules.testing import conditions, situations
from xtreme_rules.testing.conditions import Trees, speech_of

RULES = bundled().rules
MEANING = RULES.meaning
SUPPORTED = "use comparisons, `and`, `or`, `not`, `in`, `+`, `-` and the terms of the vocabulary"
TEMPLATE = next(iter(RULES.entitlements["how-to"].conditions))


@given(conditions())
@example(parse_condition("(not access.authorised) == access.authorised", RULES.schema))
@example(parse_condition("not access.authorised == access.authorised", RULES.schema))
@example(parse_condition("-1 + (2 - contract_year(day_of(at))) - (1 - contract_year(day_of(at))) == 1", RULES.schema))
def test_parsing_what_was_written_gives_the_same_tree(tree: Node) -> None:
    """parse(write(tree)) is the tree."""
    assert parse_condition(write(tree), RULES.schema) == tree


@pytest.mark.parametrize(
    "text",
    [
        "access.authorised",
        "not access.authorised == access.customer_present",
        "access.authorised and not access.customer_present or access.connection_provided",
        "(access.authorised or access.connection_provided) and access.customer_present",
        "not (access.authorised and access.customer_present)",
        'question.topic in {"process", "installation"}',
        "incident.severity in {1, 2, 3}",
        'contract.id == "a"',
        "contract_year(day_of(at)) - (1 - contract_year(weekend.saturday)) + 2 == 1",
        "weekend.saturday - days(14) >= day_of(weekend.submitted_at)",
        "weekend.saturday - contract.start + days(1) < days(20)",
        "at - incident.submitted_at < hours(40)",
        'at in coverage("24x5")',
        "at in coverage_of(package_on(day_of(at)))",
        "weekends_used(contract_year(weekend.saturday), 0, 1) < 1",
        "all_standard(weekend.products) == True",
    ],
)
def test_a_condition_is_written_as_people_write_it(text: str) -> None:
    """With the parentheses that it needs and no others."""
    assert write(parse_condition(text, RULES.schema)) == text


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Node], list[str]]:
    """Three values of one type, and what stands between them."""
    kind, trees = draw(st.sampled_from([DATE, DAYS, INTEGER])), Trees(draw, speech_of(RULES.schema))
    signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return [trees.value(kind, 1) for _ in range(3)], [draw(signs), draw(signs)]


@given(chains())
def test_a_chain_of_comparisons_is_all_of_its_links(drawn: tuple[list[Node], list[str]]) -> None:
    """``a < b <= c`` is ``a < b and b <= c``."""
    (a, b, c), (first, second) = drawn
    text = f"{write(a)} {first} {write(b)} {second} {write(c)}"
    assert parse_condition(text, RULES.schema) == Both("and", (Compare(first, a, b), Compare(second, b, c)))


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


#: Where ``X`` stands, the same can stand again; and what stands innermost.
NESTED = {
    "not X": "access.authorised",
    "access.authorised and (X)": "access.authorised",
    "(X) or access.authorised": "access.authorised",
    "access.authorised == (X)": "access.authorised",
    "(X) == access.authorised": "access.authorised",
    "contract_year_start(X)": "weekend.saturday",
    "(X) + 1": "contract_year(weekend.saturday)",
    "1 - (X)": "1",
}


@pytest.mark.parametrize(("form", "inmost"), NESTED.items())
def test_conditions_nest_as_deeply_as_allowed_and_no_deeper(form: str, inmost: str) -> None:
    """However they nest, what stands at the greatest depth is read, and what is one deeper is refused."""

    def nested(times: int) -> str:
        return form.replace("X", nested(times - 1)) if times else inmost

    deepest = MAX_DEPTH - 1 - inmost.count("(")
    parse(nested(deepest), RULES.schema)
    with pytest.raises(MistakesError, match=r"^the condition is too deeply nested; split it into several conditions$"):
        parse(nested(deepest + 1), RULES.schema)


NEAREST = "nearest_weekends(weekend.saturday, 14)"
#: A text, what of it is wrong, and what is said of that.
MISTAKES = [
    ("contract.id || contract.id", "|", "not an expression: invalid syntax", "use `or`"),
    ("  contarct.id == 'a'", "contarct.id", "unknown fact `contarct`", "did you mean `contract`?"),
    (
        "contract.start.day == 1",
        "contract.start.day",
        "unknown field `contract.start.day`",
        "`contract.start` is a date",
    ),
    ("bookings == bookings", "bookings == bookings", "a list of Booking cannot be compared", "compare its fields"),
    (f"{NEAREST} == {NEAREST}", f"{NEAREST} == {NEAREST}", "dates cannot be compared", "compare its fields"),
    ("(1).real == 1", "(1).real", "only facts have fields", SUPPORTED),
    ("contract in coverage('24x5')", "contract", "expected a moment, got a Contract", ""),
    ("at in coverage('24x6')", "'24x6'", "unknown calendar `24x6`", "did you mean `24x7`?"),
]


@pytest.mark.parametrize(("text", "part", "message", "help_"), MISTAKES)
def test_a_mistake_is_named_where_it_stands(text: str, part: str, message: str, help_: str) -> None:
    """What is wrong, where in the text, and what to do; the error has it all in one line."""
    with pytest.raises(MistakesError) as raised:
        parse(text, RULES.schema)
    mistake = raised.value.mistakes[0]
    assert (text[mistake.start : mistake.end], mistake.message, mistake.help) == (part, message, help_)
    assert str(raised.value) == (f"{message}; {help_}" if help_ else message)


@pytest.mark.parametrize(
    ("shown", "kind"),
    [("contract", "Contract"), ("bookings", "a list of Booking"), ("coverage('24x7')", "calendar")],
)
def test_a_text_shows_no_whole_record(shown: str, kind: str) -> None:
    """Nor a list of them, nor a calendar: it names a field instead."""
    with pytest.raises(MistakesError) as raised:
        parse_template(f"It is {{{shown}}}.", RULES.schema, {})
    assert str(raised.value) == f"{kind} cannot be shown in a text; name one of its fields"


def test_a_term_needs_the_facts_that_it_reads() -> None:
    """In a rulebook without them there is no such term."""
    schema = Schema({"weekend": xr.WeekendRequest}, ())
    with pytest.raises(MistakesError) as raised:
        parse("contract_year(weekend.saturday)", schema)
    assert str(raised.value) == "`contract_year` needs `contract.start`, which this rulebook does not know"
