"""Deadlines and keys of the queue beside decisions, on the libraries whose rows are at hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.errors import FactError, Problem
from xtreme_rules.frames.asking import ROWS, Asked
from xtreme_rules.frames.deadlines import deadlines
from xtreme_rules.frames.opening import is_frame, opened
from xtreme_rules.rulebook.model import RuleSet

PROBLEM = "problem"
#: By what was asked to be added: the columns that it adds.
ADDED: dict[str, tuple[str, ...]] = {"deadline": ("standing", "due"), "key": ("key",)}


def with_triage(
    rules: RuleSet,
    decided: Any,
    rows: Any,
    facts: Mapping[str, Any],
    more: Sequence[str],
    ask: Callable[[Any, Mapping[str, Any]], Asked],
) -> Any:
    """Decisions with the columns that were asked for; a row that cannot be triaged is marked, and has no decision.

    Raises:
        FactError: the rows are not at hand, or as ``deadlines``.
    """
    names = [name for wanted in more for name in ADDED.get(wanted, ())]
    if not names:
        return decided
    question = ask(in_arrow(rows), {name: in_arrow(fact) if is_frame(fact) else fact for name, fact in facts.items()})
    found = deadlines(rules, question)
    said = opened(decided, ROWS)
    answers = [name for name in said.schema if name not in opened(rows, ROWS).schema and name != PROBLEM]
    problem = found[PROBLEM].cast(pa.string())
    fine = pc.is_null(problem)
    match said.library:
        case "polars":
            import polars as pl

            known = pl.Series(fine)
            marked = [pl.when(known).then(pl.col(name)).alias(name) for name in answers]
            added = [pl.Series(name, found[name]) for name in names]
            later = pl.when(known).then(pl.col(PROBLEM)).otherwise(pl.Series(problem)).alias(PROBLEM)
            return decided.with_columns(*marked, later, *added)
        case "pandas":
            known = fine.to_pandas().set_axis(decided.index)
            columns = {name: decided[name].where(known) for name in answers}
            columns[PROBLEM] = decided[PROBLEM].where(known, problem.to_pandas().set_axis(decided.index))
            columns |= {name: found[name].to_pandas().set_axis(decided.index) for name in names}
            return decided.assign(**columns)
    for name in answers:
        nothing = pa.scalar(None, decided[name].type)
        decided = decided.set_column(_place(decided, name), name, pc.if_else(fine, decided[name], nothing))
    decided = decided.set_column(_place(decided, PROBLEM), PROBLEM, pc.coalesce(problem, decided[PROBLEM]))
    for name in names:
        decided = decided.append_column(name, found[name])
    return decided


def _place(table: pa.Table, name: str) -> int:
    """The place of a column in a table."""
    return int(table.column_names.index(name))


def in_arrow(frame: Any) -> Any:
    """A frame whose rows are at hand, in Arrow.

    Raises:
        FactError: they are not.
    """
    found = opened(frame, ROWS)
    if found.library == "pandas":
        return found.worked_on(list(frame.columns))[0].to_native()
    if found.whole is None:
        help_ = "collect the rows first, or those that matter"
        raise FactError(
            [Problem(ROWS, f"deadlines and keys are worked out at hand, not in a lazy {found.library}", help_)]
        )
    return found.whole.to_arrow()
