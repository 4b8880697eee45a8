"""Counts over tables of decisions: by outcome and reason, and what another package would have covered."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from xtreme_rules.decisions.option import Outcome
from xtreme_rules.engines.frame import trees_over
from xtreme_rules.engines.frame.libraries import Frame, Library
from xtreme_rules.errors import FactError, Problem, unknown_name
from xtreme_rules.frames.asking import Asked, asked
from xtreme_rules.frames.deciding import PROBLEM, decision
from xtreme_rules.frames.opening import Opened, in_partitions, opened
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import Entitlement, RuleSet

CONTRACT = "contract.id"
#: Two counts are one number while columns become rows.
_PAIR = 2**31
_NUMBER, _COUNT = "number", "count"


def summary(rules: RuleSet, frame: Any, option: str | None) -> Any:
    """How many rows have each outcome, and each reason for it, as a frame of the same library.

    Raises:
        FactError: the frame is none that ``decide_frame`` or ``decide_all_frame`` gave.
        UnknownNameError: there is no such option.
    """
    if option is not None and option not in rules.entitlements:
        raise unknown_name("option", option, rules.entitlements)

    def counted(rows: Any, _: Mapping[str, Any]) -> Any:
        return _summary(rules, opened(rows, "the frame"), option)

    return in_partitions(frame, {}, counted, total="rows")


def _summary(rules: RuleSet, table: Opened, option: str | None) -> Any:
    if option is None:
        prefixes = {f"{name}.": item for name, item in rules.entitlements.items() if f"{name}.outcome" in table.schema}
    else:
        prefixes = {"": rules.entitlements[option]}
    wanted = [PROBLEM, *(f"{prefix}{name}" for prefix in prefixes for name in ("outcome", "unmet", "unknown"))]
    absent = [name for name in wanted if name not in table.schema]
    if absent or not prefixes:
        help_ = "give what `decide_all_frame` gave, or what `decide_frame` gave and its option"
        raise FactError([Problem(table.what, f"has no column `{absent[0] if absent else 'outcome'}`", help_)])
    counts: dict[tuple[str, str, str | None], nw.Expr] = {}
    for prefix, item in prefixes.items():
        outcome, unmet, unknown = (nw.col(table.names[f"{prefix}{name}"]) for name in ("outcome", "unmet", "unknown"))
        for one in Outcome:
            counts[item.id, one.value, None] = outcome == one.value
            mask = {Outcome.DENIED: unmet, Outcome.NEEDS_INFORMATION: unknown}.get(one)
            for place, condition in enumerate(item.conditions if mask is not None else ()):
                counts[item.id, one.value, condition.id] = (outcome == one.value) & (mask // 2**place % 2 == 1)
        counts[item.id, PROBLEM, None] = ~nw.col(table.names[PROBLEM]).is_null()
    names = {f"{_COUNT}{place}": key for place, key in enumerate(counts)}
    rows, _ = table.worked_on(wanted)
    sums = [_number(rows_of).sum().alias(name) for name, rows_of in zip(names, counts.values(), strict=True)]
    columns = dict(zip(("option", "outcome", "reason"), zip(*names.values(), strict=True), strict=True))
    said = _long(table.engine(), rows.select(*sums), columns).rename({_COUNT: "rows"}).filter(nw.col("rows") > 0)
    kept = ["outcome", "reason", "rows"] if option is not None else ["option", "outcome", "reason", "rows"]
    return table.as_given(said.select(*kept))


def what_if(
    rules: RuleSet,
    frame: Any,
    package: str,
    options: Sequence[str],
    *,
    columns: Mapping[str, str] | None,
    values: Mapping[str, Sequence[Any]] | None,
    facts: Mapping[str, Any],
) -> Any:
    """By contract and option: the rows granted, and those that would be under another package throughout.

    Raises:
        FactError: as ``decide_frame``, or the frame has no contracts.
        UnknownNameError: there is no such package or option.
    """
    if package not in rules.packages:
        raise unknown_name("package", package, rules.packages)
    for option in options:
        if option not in rules.entitlements:
            raise unknown_name("option", option, rules.entitlements)
    chosen = [rules.entitlements[option] for option in options or rules.entitlements]

    def counted(rows: Any, facts: Mapping[str, Any]) -> Any:
        return _what_if(rules, asked(rules.schema, rows, columns, values, facts), package, chosen)

    return in_partitions(frame, facts, counted, total="granted")


def _what_if(rules: RuleSet, question: Asked, package: str, options: Sequence[Entitlement]) -> Any:
    conditions = [condition.when for option in options for condition in option.conditions]
    given = question.given((CONTRACT, *dict.fromkeys(path for tree in conditions for path in reads(tree))))
    rows, flags = given.rows.frame, list[list[nw.Expr]]()
    contract: nw.Expr | None = None
    for fixed in ({}, {"contract.package": package, "contract.package_changes": ()}):
        trees = trees_over(rules, given.under(rows, fixed), conditions, mark="if" * len(fixed))
        contract = trees.sources.value(CONTRACT)
        granted = [decision(trees, option)["outcome"] == Outcome.GRANTED.value for option in options]
        wrong, _ = trees.sources.problem()
        flags.append([_number(flag & ~wrong) for flag in granted])
        rows = trees.plan.built(rows)
    if contract is None:
        raise FactError([Problem(CONTRACT, "the rows name no contract", "give a column with its id")])
    names = [f"{_COUNT}{place}" for place in range(len(options))]
    pairs = [(now + then * _PAIR).alias(name) for name, now, then in zip(names, *flags, strict=True)]
    sums = (
        rows.select(contract.alias(CONTRACT_AT), *pairs)
        .group_by(CONTRACT_AT)
        .agg(*(nw.col(name).sum() for name in names))
    )
    said = _long(given.library, sums, {"option": [option.id for option in options]})
    now, then = nw.col(_COUNT) % _PAIR, nw.col(_COUNT) // _PAIR
    found = said.select(CONTRACT_AT, "option", now.alias("granted"), then.alias("would_be_granted"))
    return question.rows.as_given(found, {CONTRACT_AT: CONTRACT})


#: A dot in a name means something else to Spark.
CONTRACT_AT = "contract"


def _long(library: Library, counts: Frame, columns: Mapping[str, Sequence[str | None]]) -> Frame:
    """A row for each count and each row of counts, which are called by number, with what the number stands for."""
    numbers = range(len(next(iter(columns.values()))))
    names = library.table({_NUMBER: numbers, **columns}, dict.fromkeys(columns, nw.String()))
    own = (
        nw.when(nw.col(_NUMBER) == number).then(nw.col(f"{_COUNT}{number}")).otherwise(nw.lit(0)) for number in numbers
    )
    return counts.join(names, how="cross").with_columns(nw.sum_horizontal(*own).alias(_COUNT))


def _number(truth: nw.Expr) -> nw.Expr:
    return nw.when(truth).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
