"""Hostile rule files and conditions: refused with an error of this library, whatever they hold."""

import contextlib
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import bundled
from hypothesis import example, given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.language.parse import MistakesError, parse, parse_condition
from xtreme_rules.language.template import parse_template
from xtreme_rules.rulebook.nodes import Node, Scalar, Sequence, read_bytes

SOUND = Path(__file__).parent / "broken" / "sound"
SCHEMA = bundled().rules.schema
DEEP = 100_000

LAUGHS = "a: &a [ha, ha]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE_FILES: dict[str, bytes | str] = {
    "flow lists in lists": "a: " + "[" * DEEP,
    "flow mappings in mappings": "{a: " * DEEP,
    "lists in lists": "- " * DEEP,
    "keys in keys": "? " * DEEP,
    "mappings in mappings": "\n".join(" " * depth + "a:" for depth in range(1_000)),
    "a billion laughs": LAUGHS,
    "an alias of itself": "a: &a [*a]",
    "a merge key": "a: &a {since: plus}\nb: {<<: *a}",
    "a merge key without an alias": "a: {<<: {since: plus}}",
    "a tag that makes objects": "a: !!python/object/apply:os.system [id]",
    "a tag of its own": "%TAG ! tag:example.org,2026:\n---\na: !x b",
    "too many bytes": b"#" * 1_000_001,
    "too many values": "- a\n" * 60_000,
    "many unknown options": "".join(f"o{number}: {{}}\n" for number in range(2_000)),
    "one key, many times": "a: b\n" * 2_000,
    "many unknown keys": "a: {" + ", ".join(f"k{number}: v" for number in range(2_000)) + "}",
    "a long scalar": "a: " + "b" * 900_000,
    "a long key": "? " + "k" * 900_000 + "\n: v",
    "a long anchor": "a: &" + "b" * 900_000 + " c",
    "many lines in quotes": 'a: "' + "\n" * 200_000 + '"',
    "a NUL": b"a: b\0c",
    "an escape character": b"a: \x1b[2J",
    "half of a surrogate pair": b"a: \xed\xa0\x80",
    "half of an escaped surrogate pair": '"\\ud800": a',
    "no UTF-8": b"a: \xff",
    "UTF-16": "a: b".encode("utf-16"),
    "nothing but a byte order mark": b"\xef\xbb\xbf",
    "a byte order mark and a comment": b"\xef\xbb\xbf# nothing",
    "nothing but a document start": "---",
    "nothing but a document end": "...",
    "nothing but a directive": "%YAML 1.1\n",
    "an empty block at the end": "a: |",
    "an empty folded block at the end": "a:\n  title: >-\n",
    "a list as key": "? [a, b]\n: c",
    "a tab for indentation": "a:\n\tb: c",
}


def load_with(folder: Path, name: str, content: bytes | str) -> xr.Rulebook:
    """The sound rulebook of ``broken`` with one file replaced."""
    rules = Path(shutil.copytree(SOUND, folder / "rules"))
    (rules / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return xr.load(rules)


@pytest.mark.parametrize("name", ["rulebook.yaml", "entitlements.yaml"])
@pytest.mark.parametrize("content", HOSTILE_FILES.values(), ids=HOSTILE_FILES)
def test_a_hostile_file_is_refused(tmp_path: Path, name: str, content: bytes | str) -> None:
    """Whatever a rule file holds, what comes of it is a RulebookError that a person can read to its end."""
    with pytest.raises(xr.RulebookError) as caught:
        load_with(tmp_path, name, content)
    assert 0 < len(str(caught.value)) < 100_000


@pytest.mark.parametrize("content", HOSTILE_FILES.values(), ids=HOSTILE_FILES)
def test_a_hostile_overlay_is_refused(tmp_path: Path, content: bytes | str) -> None:
    """An overlay is read with the same care as the rest."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(xr.RulebookError):
        xr.load(SOUND, overlay=overlay)


@pytest.mark.parametrize(
    ("name", "sound", "hostile"),
    [
        ("entitlements.yaml", "notice-days: 14", f"notice-days: {'9' * 4_000}"),
        ("entitlements.yaml", "notice-days: 14", f"notice-days: {'9' * 100_000}"),
        ("entitlements.yaml", "notice-days: 14", "notice-days: 1e9"),
        ("entitlements.yaml", "notice-days: 14", "notice-days: 1_000"),
        ("entitlements.yaml", "notice-days: 14", "notice-days: ١٤"),
        (
            "entitlements.yaml",
            "title: {nl: Telefoon, en: Telephone}",
            "title: {nl: Telefoon, en: '" + "{" * DEEP + "'}",
        ),
        ("entitlements.yaml", "title: {nl: Telefoon, en: Telephone}", "title: {nl: T, en: '" + "{x} " * 500 + "'}"),
        ("entitlements.yaml", "incident.severity == 1", f"incident.severity == {'9' * 1_900}"),
        ("entitlements.yaml", "incident.severity == 1", f"incident.severity == {'9' * DEEP}"),
        ("entitlements.yaml", "incident.severity == 1", '"at\\r== at\\r"'),
        ("rulebook.yaml", "mon-fri 09:00-17:00", f"mon-fri {'0' * 5_000}9:00-17:00"),
        ("rulebook.yaml", "mon-fri 09:00-17:00", "mon-fri 99:00-99:00"),
        ("rulebook.yaml", "mon-fri 09:00-17:00", "mon-fri ٠٩:00-17:00"),
        ("rulebook.yaml", "mon-fri 09:00-17:00", "mon-" * 20_000 + "fri 09:00-17:00"),
        ("rulebook.yaml", "  2: {nl: laag", f"  {'9' * 4_000}: {{nl: laag"),
        ("rulebook.yaml", "  2: {nl: laag", "  01: {nl: laag"),
        ("rulebook.yaml", "2026-01-01", "2026-W01-4"),
        ("rulebook.yaml", "2026-01-01", "20260101"),
        ("rulebook.yaml", "2026-01-01", "9" * 10_000),
    ],
)
def test_a_hostile_value_is_refused(tmp_path: Path, name: str, sound: str, hostile: str) -> None:
    """Values that are huge, or written so that they mean something else than they seem to, are no values."""
    text = (SOUND / name).read_text(encoding="utf-8")
    assert sound in text
    with pytest.raises(xr.RulebookError) as caught:
        load_with(tmp_path, name, text.replace(sound, hostile, 1))
    assert len(str(caught.value)) < 500_000


HOSTILE_CONDITIONS = [
    "(" * 1_900,
    "(" * 900 + "at" + ")" * 900,
    "not " * 490 + "access.authorised",
    "-" * 1_900 + "1 == 1",
    "+" * 900 + "1 == 1",
    "contract" + ".id" * 600 + ' == "C"',
    "1" + " < 1" * 490,
    "1" + " + 1" * 490 + " == 1",
    "days(" * 390 + "1",
    "access.authorised or " * 94 + "access.authorised and at",
    "at == at" + " " * 2_000,
    "9" * 1_900 + " == 1",
    "-" + "9" * 1_900 + " == 1",
    "0x" + "f" * 1_900 + " == 1",
    "1e999 == 1",
    "1j == 1",
    "2 ** 999999999 == 1",
    "1 << 999999999 == 1",
    '"a" * 999999999 == "a"',
    "().__class__",
    "contract.__class__ == contract.__class__",
    "contract.__class__.__mro__",
    "contract.start.__class__",
    "contract.id.__len__() == 1",
    "at.replace(year=1) == at",
    "__import__('os')",
    "day_of.__globals__",
    "day_of(day_of)",
    "open('/etc/passwd')",
    "print(at)",
    "f'{at}' == contract.id",
    "(lambda: at)() == at",
    "(x := at) == at",
    "[x for x in bookings]",
    "{x for x in bookings}",
    "{**contract}",
    "at if at == at else at",
    "at == at, at == at",
    "(yield at)",
    "await at",
    "bookings[0] == bookings[0]",
    "at == at; at == at",
    "at == at # and more",
    "at == at # and more\nand at == at",
    "\\",
    '"\\x41" == contract.id',
    "contract.id == '\\",
    "at\0 == at",
    "at ==\x0b at",
    "at ==\r at",
    "(at ==\r\r éé)",
    "(éééé\r.x)",
    "\ud800 == at",
    '"\ud800" == contract.id',
    "соntract.id == contract.id",
    "\uff43ontract.id == contract.id",
    "\U0001d41aat == at",
    "at\u200b == at",
    "at\u00a0== at",
    "at == at\u202e",
    "2or 1 == 1",
    "1if at else 1",
    "",
    " ",
    "\n",
    "incident.severity in {1} == access.authorised",
    '"a" in {"a"} in {"b"}',
    "incident.severity in {1} in {2}",
    "incident.severity in {} and at == at",
    "incident.severity in set()",
    "True is True",
    "None == None",
    "... == ...",
]


@pytest.mark.parametrize("text", HOSTILE_CONDITIONS, ids=lambda text: ascii(text[:40]))
def test_a_hostile_condition_is_refused(text: str) -> None:
    """Nothing but the language is taken, without a warning, and every refusal says what is wrong and where."""
    with warnings.catch_warnings(record=True, action="always") as warned, pytest.raises(MistakesError) as caught:
        parse_condition(text, SCHEMA)
    assert not warned
    assert_says_where(caught.value, text)


def assert_says_where(error: MistakesError, text: str) -> None:
    """An error names a mistake or more, each one short line at offsets of the text (of its start, if it is empty)."""
    assert error.mistakes
    for mistake in error.mistakes:
        assert 0 <= mistake.start < mistake.end <= max(len(text), 1)
        assert len((mistake.message + mistake.help).splitlines()) == 1
        assert len(mistake.message) < 300


WORDS = [
    *("at", "contract", "contract.start", "contract.id", "incident.severity", "weekend.products", "bookings", "since"),
    *("day_of", "contract_year", "package_on", "coverage", "all_standard", "days", "x", "True", "None", '"elite"', "'"),
    *("0", "1", "14", "1.5", "1_0", "2or", "(", ")", "{", "}", "[", "]", ",", ".", ":", ":=", "=", "#", ";", "\\", "é"),
    *(
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not",
        "not in",
        "is",
        "and",
        "or",
        "if",
        "else",
        "+",
        "-",
        "*",
        "lambda",
    ),
    *("\n", "\r", "\t", "\x0c", "\0", " ", "  ", "\u00a0", "\ud800", "\U0001f600"),
]
texts = (
    st.text()
    | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
    | st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
)


@given(texts)
@example("incident.severity in {1} == access.authorised")
@example("'\x0c'")
@example("(éééé\r.x)")
def test_any_text_is_a_tree_or_has_mistakes(text: str) -> None:
    """Reading an expression never does anything but give a tree or say what is wrong, and where in the text."""
    for read in (parse, parse_condition):
        try:
            read(text, SCHEMA)
        except MistakesError as error:
            assert_says_where(error, text)


@given(st.lists(texts | st.sampled_from("{}"), max_size=4).map("".join))
@example("{")
@example("{}")
@example("}")
def test_any_text_is_a_template_or_has_mistakes(text: str) -> None:
    """So it is with texts that have expressions in braces."""
    try:
        template = parse_template(text, SCHEMA, {})
    except MistakesError as error:
        assert_says_where(error, text)
    else:
        assert "{" in text or template.plain == text


YAML = [
    *(
        "a",
        "b:",
        "a: ",
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "|",
        "|+",
        ">",
        ">-",
        "#",
        " #",
        "%YAML 1.1",
    ),
    *("&a ", "*a", "!x ", "! ", "---", "...", "\n", "\n  ", "\n- ", "\r\n", "\r", "\t", "\\", "\\n", "\\u0041", "\\"),
    *("\u0085", "\u2028", "\x0c", "\ufeff", "é", "\U0001f600", "  ", "\nkey: ", "\n  key: ", "word word"),
]
files = (
    st.binary()
    | st.text().map(str.encode)
    | st.lists(st.sampled_from(YAML), max_size=20).map(lambda words: "".join(words).encode("utf-8"))
)


def scalars(node: Node | None) -> Iterator[Scalar]:
    """Every scalar of a file, its keys included."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    elif node is not None:
        for key, value in node.entries.values():
            yield key
            yield from scalars(value)


@given(files)
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"---")
@example(b"a: |")
@example(b"a: >\n")
@example(b"a: ! b")
@example(b"a: |\na: |\n")
def test_any_bytes_are_nodes_or_have_diagnostics(data: bytes) -> None:
    """Reading a file never raises, and whatever it says, it says of a place in the file."""
    root, diagnostics = read_bytes(data, "any.yaml")
    assert root is not None or diagnostics
    lines = data.decode("utf-8", "replace").splitlines()
    for diagnostic in diagnostics:
        assert 1 <= diagnostic.line <= len(lines) + 1
        assert diagnostic.column >= 1
        assert diagnostic.length >= 1
        assert len(diagnostic.message.splitlines()) == 1


@given(files, st.data())
@example(b"---", None)
@example(b"a: |", None)
@example(b"a: >\n\n\n", None)
@example(b"a: ! |\n  b", None)
@example("a: '\U0001f600 it''s'\nb: c".encode(), None)
def test_a_part_of_a_scalar_lies_in_the_file(data: bytes, draw: st.DataObject | None) -> None:
    """Wherever a mistake in a scalar starts and ends, its line is one of the file, and its column one of that line."""
    root, _ = read_bytes(data, "any.yaml")
    lines = data.decode("utf-8", "replace").splitlines() or [""]
    for scalar in scalars(root):
        size = len(scalar.value)
        start = draw.draw(st.integers(0, size)) if draw is not None else 0
        end = draw.draw(st.integers(start, size)) if draw is not None else size
        line, column, length = scalar.at(start, end)
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert length >= 1
        assert column + length <= len(lines[line - 1]) + 2


PLAIN = st.text("abc é\U0001f600", min_size=1).map(str.strip).filter(bool)


@given(st.lists(PLAIN, min_size=1, max_size=5), st.sampled_from(["plain", "single", "double", "literal", "folded"]))
def test_a_part_of_a_scalar_is_found_where_it_stands(words: list[str], style: str) -> None:
    """The place of a word of a scalar is the place of that word in the file, however the scalar is written."""
    marked = [*words, "MARK"]
    scalar = {
        "plain": " ".join(marked),
        "single": "'" + " ".join(marked) + "'",
        "double": '"' + "\n   ".join(marked) + '"',
        "literal": "|\n   " + "\n   ".join(marked),
        "folded": ">-\n   " + "\n\n   ".join(marked),
    }[style]
    text = f"first: x\nkey: {scalar}\nlast: x\n"
    root, diagnostics = read_bytes(text.encode(), "any.yaml")
    assert not diagnostics
    found = next(scalar for scalar in scalars(root) if "MARK" in scalar.value)
    start = found.value.index("MARK")
    line, column, length = found.at(start, start + 4)
    assert text.split("\n")[line - 1][column - 1 :][:length] == "MARK"


@given(st.binary(max_size=200))
def test_any_entitlements_are_a_rulebook_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A whole rulebook with an arbitrary file in it loads or says what is wrong with it; nothing else comes of it."""
    with contextlib.suppress(xr.RulebookError):
        assert load_with(tmp_path_factory.mktemp("any"), "entitlements.yaml", data).options
