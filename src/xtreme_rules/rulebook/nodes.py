"""YAML as bounded nodes that know where they stand.

The nodes are built from PyYAML's event stream rather than by ``yaml.compose``: events come one by one, so size,
depth and aliases are refused before anything is built, and a hostile file costs milliseconds. No scalar is ever
typed implicitly: what was written stays text.
"""

import re
from pathlib import Path
from typing import Any, NoReturn

import attrs
import yaml

from xtreme_rules.errors import clipped
from xtreme_rules.rulebook.diagnostics import Diagnostic, Diagnostics, RulebookError, shown

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_LETTERS = 10_000

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Source:
    """A file that was read: its name as messages show it, its text, and its lines as YAML counts them."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = _LINE_END.split(text.rstrip("\r\n"))

    def line(self, number: int) -> str:
        """A line of the text, counted from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@attrs.frozen(eq=False)
class Scalar:
    """A scalar as it was written; ``plain`` if it stands without quotes."""

    source: Source
    line: int
    column: int
    value: str
    plain: bool

    def at(self, start: int, end: int) -> tuple[int, int, int]:
        """The line, column and length of a part of the value, found by walking both texts side by side."""
        lines = self.source.lines
        row, column = self.line - 1, self.column - 1
        first = self.source.line(self.line)[column : column + 1]
        if not self.plain and first in ("|", ">"):
            row, column = row + 1, 0
        elif not self.plain and first in ("'", '"'):
            column += 1
        for character in self.value[:start]:
            if not character.isspace():
                row, column = _skip_blank(lines, row, column)
                column += 1
        row, column = _skip_blank(lines, row, column)
        if row >= len(lines) or column >= len(lines[row]):
            return min(self.line, len(lines)), self.column, 1
        width = len(self.value[start:end].split("\n")[0])
        return row + 1, column + 1, max(1, min(width, len(lines[row]) - column))


def _skip_blank(lines: list[str], row: int, column: int) -> tuple[int, int]:
    while row < len(lines):
        while column < len(lines[row]):
            if not lines[row][column].isspace():
                return row, column
            column += 1
        row, column = row + 1, 0
    return row, column


@attrs.frozen(eq=False)
class Sequence:
    """A list of nodes."""

    source: Source
    line: int
    column: int
    items: list["Node"]


@attrs.frozen(eq=False)
class Mapping:
    """Nodes by key, in the order of the file, with the key's own node beside each."""

    source: Source
    line: int
    column: int
    entries: dict[str, tuple[Scalar, "Node"]]

    def get(self, key: str) -> "Node | None":
        """The node under a key, if there is one."""
        entry = self.entries.get(key)
        return None if entry is None else entry[1]


Node = Scalar | Sequence | Mapping


def diagnostic(node: Node, message: str, help: str = "", part: tuple[int, int] | None = None) -> Diagnostic:  # noqa: A002
    """A diagnostic at a node, or at a part of a scalar's text."""
    line, column, length = node.line, node.column, 1
    if isinstance(node, Scalar):
        line, column, length = node.at(*(part or (0, len(node.value))))
    return Diagnostic(node.source.file, line, column, clipped(message), clipped(help), node.source.line(line), length)


def read_file(path: Path) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of a YAML file, and what is wrong with it. An unreadable file gives no node."""
    name = shown(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [Diagnostic(name, 1, 1, f"cannot be read: {error.strerror or error}")]
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of YAML in memory, and what is wrong with it, as ``read_file``."""
    if len(data) > MAX_BYTES:
        return None, [Diagnostic(name, 1, 1, f"is larger than {MAX_BYTES:,} bytes", "split it")]
    try:
        source = Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Diagnostic(name, line, 1, "is not UTF-8", "save the file as UTF-8")]
    builder = _Builder(source)
    try:
        root = builder.build()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        found = Diagnostic(name, line, column, f"not YAML: {reason}", text=source.line(line))
        return None, [*builder.problems, found]
    except RulebookError as error:
        return None, [*builder.problems, *error.diagnostics]
    return root, builder.problems


class _Builder:
    """Builds the one document of a text from its events."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems = Diagnostics()
        self.count = 0

    def build(self) -> Node:
        self.events = yaml.parse(self.source.text, Loader=_LOADER)
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise RulebookError([Diagnostic(self.source.file, 1, 1, "is empty")])
        root = self._node(next(self.events), 0)
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._refuse(event, "a second document", "keep one document a file")
        return root

    def _refuse(self, event: Any, message: str, help: str) -> NoReturn:  # noqa: A002
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        text = self.source.line(line)
        raise RulebookError([Diagnostic(self.source.file, line, column, message, help, text)])

    def _node(self, event: Any, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            self._refuse(event, f"more than {MAX_NODES:,} values in one file", "split it")
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested more than {MAX_DEPTH} levels deep", "flatten it")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "anchors and aliases are not allowed", "write the value out")
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            self._refuse(event, f"the tag `{event.tag}` is not allowed", "remove it: no value is typed here")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MAX_LETTERS:
                self._refuse(event, f"a text of more than {MAX_LETTERS:,} characters", "say it in fewer words")
            return Scalar(self.source, line, column, event.value, not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self._node(event, depth + 1))
            return Sequence(self.source, line, column, items)
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, value = self._node(event, depth + 1), self._node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.append(diagnostic(key, "a key must be a plain text"))
            elif key.value in entries:
                first = entries[key.value][0].line
                self.problems.append(
                    diagnostic(key, f"duplicate key `{key.value}`", f"it stands on line {first} too; keep one")
                )
            else:
                entries[key.value] = (key, value)
        return Mapping(self.source, line, column, entries)
