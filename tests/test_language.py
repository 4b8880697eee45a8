"""The condition language: what is written reads back, and says what it lacks."""

import re
from datetime import date, datetime

import pytest
from conftest import bundled
from hypothesis import example, given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.facts.types import BOOLEAN, DATE, DAYS, INTEGER
from xtreme_rules.language.parse import MAX_DEPTH, MAX_NODES, MistakesError, parse, parse_condition
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


def test_conditions_are_as_large_as_allowed_and_no_larger() -> None:
    """A set of choices may fill what a condition may hold; with one more it is refused, and says so once."""
    text = f"incident.severity in {{{', '.join(['1'] * (MAX_NODES - 2))}}}"
    parse(text, RULES.schema)
    with pytest.raises(MistakesError, match=r"^the condition is too large; split it into several conditions$"):
        parse(text.replace("}", ", 1}"), RULES.schema)


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
    ("", "", "no expression stands here", "name a fact"),
    ("-", "-", "not an expression: it breaks off", ""),
    ("contract.id == ", "=", "not an expression: it breaks off", ""),
    ("  contract.id = 'a'", "=", "not an expression: invalid syntax", "use `==`"),
    ("'abc' == contract.id $", "$", "`$` is not part of the condition language", ""),
    ("contract.id == \x07", "\x07", "a control character is not part of the condition language", ""),
    ("0x10 == incident.severity", "0x10", "`0x10` is not part of the condition language", ""),
    ("weekend.saturday - day_of(at) > 14", "14", "expected days, got an integer", "write `days(...)`"),
    ("at - incident.submitted_at < 40", "40", "expected a duration, got an integer", "write `hours(...)`"),
    ("at - incident.submitted_at < days(2)", "days(2)", "expected a duration, got days", "write `hours(...)`"),
    ("contract_year(at) == 1", "at", "expected a date, got a moment", "write `day_of(...)`"),
    ("incident.severity == '1'", "'1'", "expected a severity, got a text", "write it without quotes"),
    ("contract.package == 1", "1", "expected a package, got an integer", "write it in quotes"),
    ("contract.id - 1 == 2", "contract.id - 1", "cannot subtract a text and an integer", ""),
    (
        "contract.start + 1 == contract.until",
        "contract.start + 1",
        "cannot add a date and an integer",
        "a date moves by `days(...)`",
    ),
    (
        "contract.start + (weekend.saturday - contract.start) == contract.until",
        "weekend.saturday - contract.start",
        "a date moves by a constant number of days",
        "write `days(...)` with a number",
    ),
    (
        "contract.start + days(30000) + days(6501) == contract.until",
        "contract.start + days(30000) + days(6501)",
        "moves a date by more than 36,500 days",
        "",
    ),
    ("days(36501) > days(1)", "36501", "more than 36,500 days", "use a shorter time"),
    ("contract.start - day_of(at) > days(-36501)", "-36501", "more than 36,500 days", "use a shorter time"),
    (
        "coverage('24x5') == coverage_of('elite')",
        "coverage('24x5') == coverage_of('elite')",
        "a calendar cannot be compared",
        "compare its fields",
    ),
    ("contract == contract", "contract == contract", "a Contract cannot be compared", "compare its fields"),
    ("contract.id < 'a'", "contract.id < 'a'", "a text has no order", "use `==`, `!=` or `in`"),
    ("1 == 2", "1 == 2", "compares two constants", "name a fact"),
    ("contract.start in {'a'}", "{'a'}", "a date cannot be looked up in a set", ""),
    ("contract.id in {'a', contract.id}", "contract.id", "a set of choices holds constants only", ""),
    ("{1, 2} == contract.id", "{1, 2}", "a set of choices stands only behind `in`", ""),
    ("contract.id in ['a']", "['a']", "choices stand in braces", 'such as {"a", "b"}'),
    (
        "contract.id in contract.package",
        "contract.package",
        "`in` needs a set of constants or a coverage",
        'such as {"a", "b"}',
    ),
    (
        "contract.id in {'a'} == access.authorised",
        "{'a'}",
        "nothing can follow `in` in a chain of comparisons",
        "join two with `and`",
    ),
    (
        "access.authorised is True",
        "access.authorised is True",
        "`is` is not part of the condition language",
        "use `==`",
    ),
    (
        "contract.id == None",
        "None",
        "`None` cannot be compared: what is not known is unknown by itself",
        "",
    ),
    (
        "contract.id == 'a\"b'",
        "'a\"b'",
        "`'a\"b'` is not a value of the condition language",
        "use whole numbers, and texts of printable characters without quotes in them",
    ),
    ("contract_year == 1", "contract_year", "`contract_year` is a function", "write `contract_year(...)`"),
    ("contract_year() == 1", "contract_year()", "`contract_year` takes 1 argument, not 0", ""),
    ("day_of(moment=at) == at", "day_of(moment=at)", "`day_of` takes plain arguments only", ""),
    ("contract.yeers(at) == 1", "contract.yeers", "unknown function `contract.yeers`", "did you mean `contract_year`?"),
    ("contract.package == elite", "elite", "unknown fact `elite`", 'write `"elite"`, in quotes'),
    (
        "incident.severity == 1000000000000001",
        "1000000000000001",
        "the number is too large",
        "at most 1,000,000,000,000,000 either way",
    ),
]


@pytest.mark.parametrize(("text", "part", "message", "help_"), MISTAKES)
def test_a_mistake_is_named_where_it_stands(text: str, part: str, message: str, help_: str) -> None:
    """What is wrong, where in the text, and what to do; the error has it all in one line."""
    with pytest.raises(MistakesError) as raised:
        parse(text, RULES.schema)
    mistake = next(mistake for mistake in raised.value.mistakes if text[mistake.start : mistake.end] == part)
    assert (text[mistake.start : mistake.end], mistake.message, mistake.help) == (part, message, help_)
    assert str(raised.value) == (f"{message}; {help_}" if help_ else message)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("} a", (0, 1), "a closing brace without an opening one; remove it"),
        ("a {contract.id}}", (15, 16), "a closing brace without an opening one; remove it"),
        ("a {", (2, 3), "a brace that is not closed; write `{expression}`"),
        ("a {}", (3, 4), "no expression stands here; name a fact"),
        ("a { contract.id = 1}", (16, 17), "not an expression: invalid syntax; use `==`"),
        ("x" * 2_001, (0, 1), "the text is longer than 2,000 characters; say it in fewer words"),
    ],
)
def test_a_mistake_in_a_text_is_named_where_it_stands(text: str, place: tuple[int, int], message: str) -> None:
    """In the whole text, not in the expression."""
    with pytest.raises(MistakesError, match=f"^{re.escape(message)}$") as raised:
        parse_template(text, RULES.schema, {})
    assert [(mistake.start, mistake.end) for mistake in raised.value.mistakes] == [place]


def test_a_text_may_be_as_long_as_allowed() -> None:
    """And reads as it is written."""
    assert parse_template("x" * 2_000, RULES.schema, {}).plain == "x" * 2_000


@pytest.mark.parametrize(
    ("shown", "kind"),
    [("contract", "Contract"), ("bookings", "a list of Booking"), ("coverage('24x7')", "calendar")],
)
def test_a_text_shows_no_whole_record(shown: str, kind: str) -> None:
    """Nor a list of them, nor a calendar: it names a field instead."""
    with pytest.raises(MistakesError) as raised:
        parse_template(f"It is {{{shown}}}.", RULES.schema, {})
    assert str(raised.value) == f"{kind} cannot be shown in a text; name one of its fields"


def test_a_field_of_any_item_is_one_of_a_list() -> None:
    """A fact that is no list has no items."""
    assert RULES.schema.type_at("weekend.products[].standard") == BOOLEAN
    assert RULES.schema.type_at("contract[].id") is None


#: The weekend of 12 December 2026 asked for so late, and the nearest before and after it that are two weeks away.
NEAREST_WEEKENDS = {
    "2026-11-14": ("2026-12-05", "2026-12-19"),
    "2026-11-21": ("2026-12-05", "2026-12-19"),
    "2026-11-22": ("2026-12-19",),
    "2026-12-05": ("2026-12-19",),
    "2026-12-06": ("2026-12-26",),
    "2027-01-16": (),
    None: ("2026-12-05", "2026-12-19"),
}


@pytest.mark.parametrize(("submitted", "nearest"), NEAREST_WEEKENDS.items())
def test_the_nearest_weekends_can_still_be_asked_for(submitted: str | None, nearest: tuple[str, ...]) -> None:
    """At exactly the notice they can; beyond the contract there is none."""
    contract = xr.Contract(id="C", start=date(2026, 1, 1), until=date(2027, 1, 1), timezone="Europe/Amsterdam")
    moment = None if submitted is None else datetime.fromisoformat(f"{submitted}T20:00+00:00")
    weekend = xr.WeekendRequest(id="W", saturday=date(2026, 12, 12), submitted_at=moment)
    found = MEANING.value(parse(NEAREST, RULES.schema), {"contract": contract, "weekend": weekend})
    assert found == tuple(map(date.fromisoformat, nearest))


def test_a_term_needs_the_facts_that_it_reads() -> None:
    """In a rulebook without them there is no such term."""
    schema = Schema({"weekend": xr.WeekendRequest}, ())
    with pytest.raises(MistakesError) as raised:
        parse("contract_year(weekend.saturday)", schema)
    assert str(raised.value) == "`contract_year` needs `contract.start`, which this rulebook does not know"
