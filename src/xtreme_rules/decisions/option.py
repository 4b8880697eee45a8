"""Outcomes, and the verdict on an option for the truths of its conditions.

Any condition unmet is DENIED, with every unmet condition; else any condition unknown is NEEDS_INFORMATION, with the
facts whose absence leaves it open; else it is GRANTED, with the obligations that come with it.
"""

from enum import Enum
from typing import Any, NoReturn

import attrs

from xtreme_rules.engines.protocol import Engine, Evaluator, Truths
from xtreme_rules.rulebook.model import Entitlement, RuleSet


class Outcome(Enum):
    """The answer: one of three. It has no truth value, so that no ``if`` can hide the third."""

    GRANTED = "granted"
    DENIED = "denied"
    NEEDS_INFORMATION = "needs_information"

    def __bool__(self) -> NoReturn:
        """Refuse: an outcome is one of three.

        Raises:
            TypeError: always.
        """
        raise TypeError("an outcome is one of three, not true or false; compare it, or use `decision.granted`")


class Option:
    """One entitlement of a rulebook, the evaluator that an engine makes for it, and the verdicts met so far."""

    __slots__ = ("_engine", "entitlement", "evaluate", "rules", "verdicts")

    def __init__(self, rules: RuleSet, entitlement: Entitlement, engine: Engine) -> None:
        self.rules = rules
        self.entitlement = entitlement
        self.verdicts = _Verdicts(self)
        self.evaluate: Evaluator = self._make_and_evaluate
        self._engine = engine

    def _make_and_evaluate(self, facts: dict[str, Any]) -> Truths | None:
        """Stand in for the evaluator until it is first used."""
        self.evaluate = self._engine(self.rules, self.entitlement.conditions)
        return self.evaluate(facts)

    def verdict(self, facts: dict[str, Any]) -> "Verdict":
        """The verdict on facts that fit the rulebook's schema, as ``Schema.checked`` gives them."""
        return self.verdicts[self.truths(facts)]

    def truths(self, facts: dict[str, Any]) -> Truths:
        """The truths of the conditions over facts that fit the rulebook's schema."""
        truths = self.evaluate(facts)
        if truths is None:
            raise AssertionError(facts)
        return truths

    def __reduce__(self) -> tuple[type["Option"], tuple[RuleSet, Entitlement, Engine]]:
        return Option, (self.rules, self.entitlement, self._engine)


@attrs.frozen
class Verdict:
    """What a pair of masks says of an option. There are few, so each is made once and shared."""

    option: Option = attrs.field(eq=False, repr=False)
    outcome: Outcome
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, option: Option, truths: Truths) -> "Verdict":
        """The verdict on an option for the truths of its conditions."""
        met_mask, unmet_mask = truths
        numbered = [(index, condition.id) for index, condition in enumerate(option.entitlement.conditions)]
        met = tuple(name for index, name in numbered if met_mask >> index & 1)
        unmet = tuple(name for index, name in numbered if unmet_mask >> index & 1)
        unknown = tuple(name for index, name in numbered if not (met_mask | unmet_mask) >> index & 1)
        outcome = Outcome.DENIED if unmet else Outcome.NEEDS_INFORMATION if unknown else Outcome.GRANTED
        return cls(option, outcome, met, unmet, unknown)


class _Verdicts(dict[Truths, Verdict]):
    """The verdicts on an option by its truths, each made when it is first met."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option = option

    def __missing__(self, truths: Truths) -> Verdict:
        return self.setdefault(truths, Verdict.of(self.option, truths))  # one for all threads: some compare by identity
