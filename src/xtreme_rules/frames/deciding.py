"""Decisions on every row of a table: the outcome, masks of the conditions behind it, and more on demand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw

from xtreme_rules.decisions.option import Outcome
from xtreme_rules.engines.frame import Trees, trees_over
from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.phrases import checked_language
from xtreme_rules.frames.asking import Asked, asked
from xtreme_rules.frames.opening import in_partitions
from xtreme_rules.frames.reasons import missing, reasons
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import Entitlement, RuleSet

#: What can be added to the outcome and the masks.
MORE = ("reasons", "missing", "deadline", "key")
PROBLEM = "problem"


def decide_frame(
    rules: RuleSet,
    options: Mapping[str, Entitlement],
    frame: Any,
    *,
    columns: Mapping[str, str] | None,
    values: Mapping[str, Sequence[Any]] | None,
    add: Iterable[str],
    lang: str,
    facts: Mapping[str, Any],
) -> Any:
    """The frame with the decision on each option, the names of its columns under a prefix.

    Raises:
        FactError: as ``Rulebook.decide_frame``.
        UnknownNameError: there is no such language, or nothing of such a name to add.
    """
    checked_language(lang)
    more = tuple(dict.fromkeys((add,) if isinstance(add, str) else add))
    for name in more:
        if name not in MORE:
            raise unknown_name("addition", name, MORE)

    def ask(rows: Any, facts: Mapping[str, Any]) -> Asked:
        return asked(rules.schema, rows, columns, values, facts)

    def answer(rows: Any, facts: Mapping[str, Any]) -> Any:
        decided = _decided(rules, ask(rows, facts), options, more, lang)
        if not {"deadline", "key"} & set(more):
            return decided
        from xtreme_rules.frames.triaging import with_triage

        return with_triage(rules, decided, rows, facts, more, ask)

    return in_partitions(frame, facts, answer)


def _decided(
    rules: RuleSet, question: Asked, options: Mapping[str, Entitlement], more: Sequence[str], lang: str
) -> Any:
    conditions = [condition.when for option in options.values() for condition in option.conditions]
    given = question.given(tuple(dict.fromkeys(path for tree in conditions for path in reads(tree))))
    trees = trees_over(rules, given, conditions)
    answers: dict[str, nw.Expr] = {}
    for prefix, option in options.items():
        answers |= {f"{prefix}{name}": column for name, column in decision(trees, option).items()}
        if "reasons" in more:
            answers[f"{prefix}reasons"] = reasons(trees, rules, option, lang)
        if "missing" in more:
            answers[f"{prefix}missing"] = missing(trees, option)
    wrong, problem = trees.sources.problem()
    marked = [nw.when(~wrong).then(answer).alias(f"answer{place}") for place, answer in enumerate(answers.values())]
    built = trees.plan.built(given.rows.frame).with_columns(*marked, problem.alias(PROBLEM_AT))
    names = {name: f"answer{place}" for place, name in enumerate(answers)}
    question.rows.refuse([*names, PROBLEM])
    return question.rows.beside(built, {**names, PROBLEM: PROBLEM_AT})


#: Where the problem of a row is while it is worked on.
PROBLEM_AT = "answer"


def decision(trees: Trees, option: Entitlement) -> dict[str, nw.Expr]:
    """The outcome of an option, and its masks."""
    truths = [trees.value(condition.when) for condition in option.conditions]
    unmet = trees.plan.column(f"{option.id} unmet", lambda: _mask([None if t is None else ~t for t in truths]))
    unknown = trees.plan.column(f"{option.id} unknown", lambda: _open(truths))
    denied, open_, granted = Outcome.DENIED.value, Outcome.NEEDS_INFORMATION.value, Outcome.GRANTED.value
    outcome = nw.when(unmet > 0).then(nw.lit(denied)).when(unknown > 0).then(nw.lit(open_)).otherwise(nw.lit(granted))
    return {"outcome": outcome, "unmet": unmet, "unknown": unknown}


def _open(truths: Sequence[nw.Expr | None]) -> nw.Expr:
    always = sum(1 << index for index, truth in enumerate(truths) if truth is None)
    return _mask([None if truth is None else truth.is_null() for truth in truths], always)


def _mask(bits: Sequence[nw.Expr | None], always: int = 0) -> nw.Expr:
    """A number with a bit for each condition for which a column is true, besides those that always are there."""
    dtype = nw.Int32 if len(bits) < 31 else nw.Int64
    mask = nw.lit(always, dtype)
    for index, bit in enumerate(bits):
        if bit is not None:
            mask = mask + nw.when(bit).then(nw.lit(1 << index, dtype)).otherwise(nw.lit(0, dtype))
    return mask
