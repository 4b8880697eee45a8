"""The priority order, as it is written in ``queue.yaml``: its keys, the first that differs decides."""

from collections.abc import Mapping
from datetime import datetime

from xtreme_rules.language.schema import Schema
from xtreme_rules.rulebook.entitlements import EntitlementReader
from xtreme_rules.rulebook.model import Assumption, Entitlement
from xtreme_rules.rulebook.nodes import Mapping as MappingNode
from xtreme_rules.rulebook.nodes import Node
from xtreme_rules.rulebook.service import RESPOND_BY, OrderKey

_FIRST = {"lowest": False, "highest": True}
_ORDERED = ("integer", "date", "moment", "boolean")


def read_order(
    reader: EntitlementReader,
    root: Node,
    entitlements: Mapping[str, Entitlement],
    assumptions: Mapping[str, Assumption],
) -> tuple[OrderKey, ...]:
    """The keys of the queue, in their order."""
    fields = reader.fields(root, "the queue", ("order",))
    schema = Schema({**reader.schema.annotations, RESPOND_BY: datetime}, reader.schema.domains.values())
    read = [
        _key(reader, key, node, schema, entitlements, assumptions)
        for key, _, node in reader.named(fields.get("order"), "order")
    ]
    keys = tuple(key for key in read if key is not None)
    if isinstance(named := fields.get("order"), MappingNode) and not named.entries:
        reader.problem(named, "the order must name at least one key")
    return keys


def _key(
    reader: EntitlementReader,
    key: str,
    node: Node,
    schema: Schema,
    entitlements: Mapping[str, Entitlement],
    assumptions: Mapping[str, Assumption],
) -> OrderKey | None:
    fields = reader.fields(
        node, f"key `{key}`", ("title", "by", "first", "text", "otherwise"), ("option", "source", "assumption")
    )
    title = reader.plain(fields.get("title"), "title")
    value = reader.expression(fields.get("by"), "by", schema)
    highest = reader.choice(fields.get("first"), "order", _FIRST)
    option = reader.choice(fields.get("option"), "option", entitlements)
    text = reader.text(fields.get("text"), "text", schema)
    otherwise = reader.text(fields.get("otherwise"), "otherwise", schema)
    sources, readings = reader.grounds(node, fields, f"key `{key}`", assumptions)
    if value is None or highest is None:
        return None
    domain = None if value.type.domain is None else schema.domains.get(value.type.domain)
    if value.type.name == "text" and domain is None:
        if highest:
            reader.problem(fields["first"], "a text has no highest", "write `first: lowest`")
    elif value.type.name not in _ORDERED and (domain is None or not domain.ordered):
        reader.problem(fields["by"], f"{value.type} has no order", "name a number, a day, a moment or a text")
        return None
    return OrderKey(
        key, title, value, highest, option.id if option is not None else None, text, otherwise, sources, readings
    )
