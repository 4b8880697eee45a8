"""YAML nodes as plain data, as JSON would have it, and facts read from files with the place of every problem."""

import json
import re
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.json import facts_from_data, facts_from_json
from xtreme_rules.language.schema import Schema
from xtreme_rules.rulebook.nodes import MAX_BYTES, Mapping, Node, Sequence, read_bytes

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_STEP = re.compile(r"[^.\[\]]+")


def plain(node: Node) -> Any:
    """A node as dictionaries, lists, texts, whole numbers, booleans and ``None``.

    Only what JSON would read as such becomes a number, a boolean or null; everything else (a date, ``no``) stays text.
    """
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if node.plain and node.value in _CONSTANTS:
        return _CONSTANTS[node.value]
    return int(node.value) if node.plain and _INTEGER.fullmatch(node.value) else node.value


def at_path(node: Node, path: str) -> Node:
    """The node at a path such as ``weekend.products[0].standard``, or the nearest one above it."""
    for step in _STEP.findall(path):
        below: Node | None = None
        if isinstance(node, Mapping):
            below = node.get(step)
        elif isinstance(node, Sequence) and step.isdigit() and int(step) < len(node.items):
            below = node.items[int(step)]
        if below is None:
            return node
        node = below
    return node


def key_at_path(node: Node, path: str) -> Node:
    """The key that stands for the last step of a path, where that is a key; else the node at the path."""
    above, _, last = path.rpartition(".")
    holder = at_path(node, above)
    return holder.entries[last][0] if isinstance(holder, Mapping) and last in holder.entries else at_path(node, path)


def facts_from_yaml(data: bytes, name: str, schema: Schema) -> dict[str, Any]:
    """Facts by name from a YAML (or JSON) file, checked against the schema of a rulebook; ``name`` is the file's.

    Raises:
        FactError: with every problem, each with file:line:column and the path of its field.
    """
    root, diagnostics = read_bytes(data, name)
    if root is None and len(data) <= MAX_BYTES and (text := _json_text(data)) is not None:
        return schema.checked(facts_from_json(text, schema.annotations))
    if root is None or diagnostics:
        raise FactError(Problem(f"{d.file}:{d.line}:{d.column}", d.message, d.help) for d in diagnostics)
    try:
        return schema.checked(facts_from_data(plain(root), schema.annotations))
    except FactError as error:
        raise FactError(_placed(problem, root, name) for problem in error.problems) from None


def _json_text(data: bytes) -> str | None:
    """JSON that YAML does not take, such as a text with a surrogate pair."""
    try:
        text = data.decode("utf-8")
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return text


def _placed(problem: Problem, root: Node, name: str) -> Problem:
    node = (key_at_path if problem.at_key else at_path)(root, problem.path)
    place = f"{name}:{node.line}:{node.column}"
    return attrs.evolve(problem, path=f"{place}: {problem.path}" if problem.path else place)
