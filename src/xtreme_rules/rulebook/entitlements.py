"""Entitlements and their conditions, as they are written in rule files."""

from collections.abc import Mapping

from xtreme_rules.facts.types import INTEGER
from xtreme_rules.language.parse import FUNCTIONS
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import Literal
from xtreme_rules.language.vocabulary import PACKAGE
from xtreme_rules.rulebook.model import Assumption, Condition, Entitlement, Obligation, Package
from xtreme_rules.rulebook.nodes import Node
from xtreme_rules.rulebook.reader import Reader


class EntitlementReader(Reader):
    """Reads entitlements against a schema, once it is known."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema
        self.read_before: dict[object, Condition | None] = {}

    def plain(self, node: Node | None, what: str) -> Text:
        """A text in both languages that stands for itself: no expression can be in it."""
        return self.text(node, what)

    def entitlement(
        self,
        key: str,
        node: Node,
        packages: Mapping[str, Package],
        areas: Mapping[str, Text],
        assumptions: Mapping[str, Assumption],
        common: Node | None,
    ) -> Entitlement:
        """One option: the common conditions, and its own."""
        fields = self.fields(
            node,
            f"option `{key}`",
            ("since", "area", "title", "promise", "source"),
            ("values", "requires", "obligations"),
        )
        since = self.choice(fields.get("since"), "package", packages)
        area = self.choice(fields.get("area"), "area", {name: name for name in areas})
        constants = self._constants(fields.get("values"))
        # A package that is wrong is reported once, here, and not again wherever `since` is used.
        constants["since"] = Literal(since.id if since is not None else next(iter(packages), ""), PACKAGE)
        conditions = self.conditions(common, fields.get("requires"), constants, assumptions)
        obligations = [
            self._obligation(name, value, constants)
            for name, _, value in self.named(fields.get("obligations"), "obligations")
        ]
        return Entitlement(
            key,
            since.id if since is not None else "",
            area or "",
            self.plain(fields.get("title"), "title"),
            self.plain(fields.get("promise"), "promise"),
            self.strings(fields.get("source"), "source"),
            conditions,
            tuple(obligations),
            constants,
        )

    def conditions(
        self,
        common: Node | None,
        own: Node | None,
        constants: Mapping[str, Literal],
        assumptions: Mapping[str, Assumption],
    ) -> tuple[Condition, ...]:
        """The common conditions and an option's own, which take the place of common ones of the same name."""
        requires = {name: value for name, _, value in self.named(common, "requires")}
        requires |= {name: value for name, _, value in self.named(own, "requires")}
        conditions = [self._condition_once(name, value, constants, assumptions) for name, value in requires.items()]
        return tuple(condition for condition in conditions if condition is not None)

    def _constants(self, node: Node | None) -> dict[str, Literal]:
        constants = {}
        for key, key_node, value in self.named(node, "values"):
            name = key.replace("-", "_")
            if name in (*self.schema.facts, *FUNCTIONS, "since"):
                self.problem(key_node, f"the name `{key}` has a meaning already", "choose another name")
            number = self.integer(value, f"the value `{key}`")
            constants[name] = Literal(number or 0, INTEGER)
        return constants

    def _condition_once(
        self, key: str, node: Node, constants: Mapping[str, Literal], assumptions: Mapping[str, Assumption]
    ) -> Condition | None:
        """A condition, which options with the same constants share if it is common to them."""
        place = (id(node), *constants.items())
        if place not in self.read_before:
            self.read_before[place] = self._condition(key, node, constants, assumptions)
        return self.read_before[place]

    def _condition(
        self, key: str, node: Node, constants: Mapping[str, Literal], assumptions: Mapping[str, Assumption]
    ) -> Condition | None:
        fields = self.fields(node, f"condition `{key}`", ("when", "requirement", "otherwise"), ("source", "assumption"))
        sources, readings = self.grounds(node, fields, f"condition `{key}`", assumptions)
        when = self.condition(fields.get("when"), self.schema, constants)
        requirement = self.text(fields.get("requirement"), "requirement", self.schema, constants)
        otherwise = self.text(fields.get("otherwise"), "otherwise", self.schema, constants)
        if when is None:
            return None
        place = node.source.file, node.line, node.column
        return Condition(key, when, requirement, otherwise, sources, readings, place)

    def grounds(
        self, node: Node, fields: Mapping[str, Node], what: str, assumptions: Mapping[str, Assumption]
    ) -> tuple[tuple[str, ...], tuple[Assumption, ...]]:
        """What something rests on: clauses under ``source``, readings under ``assumption``, at least one of them."""
        sources = self.strings(fields.get("source"), "source")
        readings = [self.choice(item, "assumption", assumptions) for item in self.one_or_more(fields.get("assumption"))]
        if not sources and not readings:
            self.problem(node, f"{what} cites no clause", "add `source:` with its words, or `assumption:`")
        return sources, tuple(item for item in readings if item is not None)

    def _obligation(self, key: str, node: Node, constants: Mapping[str, Literal]) -> Obligation:
        fields = self.fields(node, f"obligation `{key}`", ("text", "source"))
        text = self.text(fields.get("text"), "text", self.schema, constants)
        return Obligation(key, text, self.strings(fields.get("source"), "source"))
