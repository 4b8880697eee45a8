"""Engines: each turns facts into truths, two bit masks over the conditions of an entitlement, and nothing else."""

from collections.abc import Sequence

from xtreme_rules.engines.compiled import compile_conditions
from xtreme_rules.engines.protocol import Engine, Evaluator, Memory, Remember, Truths
from xtreme_rules.engines.reference import walk_conditions
from xtreme_rules.errors import unknown_name
from xtreme_rules.rulebook.model import Condition, RuleSet

__all__ = ["ENGINES", "Engine", "Evaluator", "Memory", "Remember", "Truths", "engine_named", "remembering"]


def _durable(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """The durable engine, which loads durable_rules when it is first used."""
    from xtreme_rules.engines.durable.engine import post_conditions

    return post_conditions(rules, conditions)


ENGINES: dict[str, Engine] = {"compiled": compile_conditions, "durable": _durable, "reference": walk_conditions}


def engine_named(name: str) -> Engine:
    """The engine with a name.

    Raises:
        UnknownNameError: there is none.
    """
    try:
        return ENGINES[name]
    except (KeyError, TypeError):
        raise unknown_name("engine", name, ENGINES) from None


def remembering(engine: Engine) -> Remember | None:
    """How an engine keeps the facts of a session; ``None`` if it keeps nothing.

    Raises:
        ImportError: what the engine needs is not installed; the message says what to run.
    """
    if engine is not _durable:
        return None
    from xtreme_rules.engines.durable.engine import remember_conditions

    return remember_conditions
