"""Engines: each turns facts into truths, two bit masks over the conditions of an entitlement, and nothing else."""

from xtreme_rules.engines.compiled import compile_conditions
from xtreme_rules.engines.protocol import Engine, Evaluator, Truths
from xtreme_rules.engines.reference import walk_conditions
from xtreme_rules.errors import unknown_name

__all__ = ["ENGINES", "Engine", "Evaluator", "Truths", "engine_named"]

ENGINES: dict[str, Engine] = {"compiled": compile_conditions, "reference": walk_conditions}


def engine_named(name: str) -> Engine:
    """The engine with a name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    return ENGINES[name]
