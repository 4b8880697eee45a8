"""Reading typed values out of YAML nodes, noting every mistake and going on."""

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Readable
from datetime import date
from typing import TypeVar

from xtreme_rules.errors import did_you_mean
from xtreme_rules.language.parse import MistakesError, parse, parse_condition
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.template import LANGUAGES, Template, Text, parse_template
from xtreme_rules.language.tree import Literal
from xtreme_rules.language.tree import Node as Tree
from xtreme_rules.rulebook.diagnostics import Diagnostics
from xtreme_rules.rulebook.nodes import Mapping, Node, Scalar, Sequence, diagnostic

T = TypeVar("T")

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
NOTHING = Template(("",))


class Reader:
    """Reads nodes; what is wrong goes to ``problems``, and the value read is then ``None`` or left out."""

    def __init__(self) -> None:
        self.problems = Diagnostics()

    def problem(self, node: Node, message: str, help: str = "", part: tuple[int, int] | None = None) -> None:  # noqa: A002
        """Note a mistake at a node."""
        self.problems.append(diagnostic(node, message, help, part))

    def fields(self, node: Node, what: str, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """The values of a mapping with fixed keys, those that are there."""
        required = tuple(required)
        if not isinstance(node, Mapping):
            self.problem(node, f"{what} must be keys with values")
            return {}
        entries = node.entries
        known = (*required, *optional)
        for key, (key_node, _) in entries.items():
            if key not in known:
                self.problem(key_node, f"unknown key `{key}` in {what}", did_you_mean(key, known))
        for key in required:
            if key not in entries:
                self.problem(node, f"{what} lacks `{key}`", f"add `{key}:`")
        return {key: value for key, (_, value) in entries.items() if key in known}

    def named(self, node: Node | None, what: str) -> Iterator[tuple[str, Scalar, Node]]:
        """The entries of a mapping whose keys are names of the author's choice: lower case, digits, hyphens."""
        if node is not None and not isinstance(node, Mapping):
            self.problem(node, f"{what} must be keys with values")
        for key, (key_node, value) in node.entries.items() if isinstance(node, Mapping) else ():
            if _NAME.fullmatch(key):
                yield key, key_node, value
            else:
                self.problem(key_node, f"`{key}` is not a name", "use lower-case letters, digits and hyphens")

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The items of a list."""
        if isinstance(node, Sequence):
            return node.items
        if node is not None:
            self.problem(node, f"{what} must be a list")
        return []

    @staticmethod
    def one_or_more(node: Node | None) -> list[Node]:
        """The items of a list, or the one node that stands in its place."""
        return node.items if isinstance(node, Sequence) else [] if node is None else [node]

    def string(self, node: Node | None, what: str) -> str | None:
        """A text that is not empty."""
        if isinstance(node, Scalar) and node.value.strip():
            return node.value
        if node is not None:
            self.problem(node, f"{what} must be a text")
        return None

    def strings(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One text, or a list of texts."""
        return tuple(value for item in self.one_or_more(node) if (value := self.string(item, what)) is not None)

    def choice(self, node: Node | None, what: str, known: Readable[str, T]) -> T | None:
        """One of the things that have a name, by its name."""
        name = self.string(node, what)
        if name is None or node is None:
            return None
        if name not in known:
            self.problem(node, f"unknown {what} `{name}`", did_you_mean(name, known))
            return None
        return known[name]

    def converted(self, node: Node | None, what: str, convert: Callable[[str], T], example: str) -> T | None:
        """A text turned into a value by ``convert``, which raises ValueError where it cannot."""
        value = self.string(node, what)
        if value is None or node is None:
            return None
        try:
            return convert(value)
        except ValueError:
            self.problem(node, f"{what} cannot be `{value}`", f"write it like {example}")
            return None

    def day(self, node: Node | None, what: str) -> date | None:
        """A date as YYYY-MM-DD."""
        return self.converted(node, what, _day, "2026-01-01")

    def integer(self, node: Node | None, what: str) -> int | None:
        """A whole number."""
        return self.converted(node, what, _integer, "`14`, in plain digits")

    def text(
        self,
        node: Node | None,
        what: str,
        schema: Schema | None = None,
        constants: Readable[str, Literal] | None = None,
    ) -> Text:
        """A text in both languages, with expressions in braces if there is a schema for them."""
        if node is None:
            return Text(NOTHING, NOTHING)
        if not isinstance(node, Mapping):
            self.problem(node, f"{what} must be given in Dutch and English", "write `{nl: ..., en: ...}`")
            return Text(NOTHING, NOTHING)
        for key, (key_node, _) in node.entries.items():
            if key not in LANGUAGES:
                self.problem(key_node, f"unknown language `{key}`", "texts are in `nl` and `en`")
        for lang, name in (("nl", "Dutch"), ("en", "English")):
            if lang not in node.entries:
                self.problem(node, f"{what} has no {name} text", f"add `{lang}:`")
        templates = [self._template(node.get(lang), f"{what}.{lang}", schema, constants) for lang in LANGUAGES]
        return Text(*templates)

    def _template(
        self, node: Node | None, what: str, schema: Schema | None, constants: Readable[str, Literal] | None
    ) -> Template:
        value = self.string(node, what)
        if value is None or node is None:
            return NOTHING
        if schema is None:
            if "{" in value:
                at = value.index("{")
                self.problem(node, f"{what} takes no expressions", "say it without braces", (at, at + 1))
            return Template((value,))
        try:
            return parse_template(value, schema, constants or {})
        except MistakesError as error:
            self._mistakes(node, error)
            return NOTHING

    def expression(self, node: Node | None, what: str, schema: Schema) -> Tree | None:
        """An expression of the rule language, of any type."""
        value = self.string(node, what)
        if value is None or node is None:
            return None
        try:
            return parse(value, schema)
        except MistakesError as error:
            self._mistakes(node, error)
            return None

    def condition(self, node: Node | None, schema: Schema, constants: Readable[str, Literal]) -> Tree | None:
        """A condition of the rule language."""
        value = self.string(node, "when")
        if value is None or node is None:
            return None
        try:
            return parse_condition(value, schema, constants)
        except MistakesError as error:
            self._mistakes(node, error)
            return None

    def _mistakes(self, node: Node, error: MistakesError) -> None:
        for mistake in error.mistakes:
            self.problem(node, mistake.message, mistake.help, (mistake.start, mistake.end))


def _day(text: str) -> date:
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)
