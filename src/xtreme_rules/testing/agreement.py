"""Whether engines agree: on what every condition of a rulebook is, in some situations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import attrs

from xtreme_rules.api import Rulebook
from xtreme_rules.engines import ENGINES, Engine, Evaluator, Truths, engine_named
from xtreme_rules.errors import clipped, unknown_name
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.types import fields_of
from xtreme_rules.language.tree import write
from xtreme_rules.rulebook.diagnostics import RulebookError
from xtreme_rules.rulebook.model import Condition, RuleSet
from xtreme_rules.testing.tables import Situation

ARBITER, FRAME = "reference", "frame"
#: How many disagreements a message tells.
MOST_SHOWN = 5

#: By what each engine is called, what it says of a condition: ``met``, ``unmet``, ``unknown``, or why it says nothing.
Answers = dict[str, str]


def assert_engines_agree(
    rulebook: Rulebook, *situations: Mapping[str, Any], engines: Iterable[str | Engine] | None = None
) -> None:
    """Check that engines say the same of every condition of every option: that it is met, unmet or unknown.

    Args:
        rulebook: the rulebook; ``rulebooks()`` draws some.
        situations: facts by the name of their keyword, as ``decide`` takes them; ``situations(rulebook)`` draws some.
        engines: the engines to compare with ``reference``, the arbiter: names as for ``load``, ``frame`` for the one
            that decides whole tables, or an engine of your own: a function of a rule set and conditions. Without it,
            all that can be used here: ``durable`` where it is installed and for the options within its limits,
            ``frame`` where narwhals and polars or pyarrow are, on what can be columns of a table.

    Raises:
        AssertionError: engines differ; the message names each such condition, what every engine says, and the facts.
        FactError: facts are none of the rulebook's.
        UnknownNameError: there is no engine of such a name.
        RulebookError: an engine that was named is not able to decide the rulebook.
        ImportError: an engine that was named is not installed.
        ValueError: there are no situations, or no engines but the arbiter.
        TypeError: a situation is no mapping.
    """
    known = [rulebook.rules.schema.checked(_by_name(situation)) for situation in situations]
    asked = _usable() if engines is None else (engines,) if isinstance(engines, str) else tuple(engines)
    asked = tuple(engine for engine in asked if engine != ARBITER)
    if not (known and asked):
        raise ValueError("nothing is compared; give situations, and engines if you choose them")
    one_by_one = _labelled([engine for engine in asked if engine != FRAME])
    found = list(_alone(rulebook.rules, known, one_by_one, must=engines is not None))
    if FRAME in asked:
        found += _in_tables(rulebook, known)
    if found:
        raise AssertionError(_told(found))


def _by_name(situation: object) -> Situation:
    if not isinstance(situation, Mapping):
        what = f"expected facts by name, got {clipped(repr(situation), 60)}"
        raise TypeError(f"{what}; give situations one by one, or a list of them with `*`")
    return dict(situation)


@attrs.frozen
class _Disagreement:
    option: str
    condition: Condition
    facts: Situation
    answers: Answers

    def __str__(self) -> str:
        said = ", ".join(f"{engine}: {answer}" for engine, answer in self.answers.items())
        where = f"option `{self.option}`, condition `{self.condition.id}`"
        facts = "".join(f"\n    {name} = {shown(value)}" for name, value in self.facts.items())
        return f"{where}: {write(self.condition.when)}\n  {said}\n  where{facts or ' nothing is known'}"


def _alone(
    rules: RuleSet, situations: Sequence[Situation], engines: Mapping[str, str | Engine], must: bool
) -> Iterator[_Disagreement]:
    """Where engines that decide one situation at a time differ."""
    for facts in situations:
        answers = {name: _answers(rules, engine, facts, must) for name, engine in {ARBITER: ARBITER, **engines}.items()}
        for place, (option, condition) in enumerate(_conditions(rules)):
            said = {name: found[place] for name, found in answers.items() if place in found}
            if len(set(said.values())) > 1:
                yield _Disagreement(option, condition, facts, said)


def _in_tables(rulebook: Rulebook, situations: Sequence[Situation]) -> Iterator[_Disagreement]:
    """Where the frame engine differs."""
    from xtreme_rules.testing.frames import truths_in_frame

    places = {(option, condition.id): n for n, (option, condition) in enumerate(_conditions(rulebook.rules))}
    try:
        found = list(truths_in_frame(rulebook, situations))
    except Exception as error:
        rows = "\n".join(map(shown, situations))
        error.add_note(f"the engine `{FRAME}` decides where\n{rows}")
        raise
    for option, facts, said in found:
        right = _answers(rulebook.rules, ARBITER, facts, must=True)
        for condition, answer in zip(rulebook.rules.entitlements[option].conditions, said, strict=True):
            expected = right[places[option, condition.id]]
            if answer != expected:
                yield _Disagreement(option, condition, facts, {ARBITER: expected, FRAME: answer})


def _answers(rules: RuleSet, engine: str | Engine, facts: Situation, must: bool) -> dict[int, str]:
    """What an engine says of the conditions of all options, by their place."""
    found: dict[int, str] = {}
    make = engine_named(engine) if isinstance(engine, str) else engine
    for first, conditions, evaluate in _evaluators(rules, make, must):  # type: ignore[arg-type]  # functions can be hashed
        try:
            said = _said(evaluate(dict(facts)), len(conditions))
        except Exception as error:
            error.add_note(f"the engine `{_name(engine)}` decides where\n{shown(facts)}")
            raise
        found |= {first + bit: answer for bit, answer in enumerate(said)}
    return found


def _said(truths: Truths | None, count: int) -> list[str]:
    """What masks say of so many conditions, one by one."""
    if truths is None:
        return ["refused these facts"] * count
    met, unmet = truths
    if (met | unmet) >> count:
        return [f"masks of more than {count} conditions"] * count
    return [_TRUTHS[met >> bit & 1, unmet >> bit & 1] for bit in range(count)]


_TRUTHS = {(0, 0): "unknown", (1, 0): "met", (0, 1): "unmet", (1, 1): "both met and unmet"}


@lru_cache(maxsize=16)
def _evaluators(rules: RuleSet, engine: Engine, must: bool) -> list[tuple[int, Sequence[Condition], Evaluator]]:
    """An evaluator of all conditions; of those of each option, where the engine is not able to take all at once.

    Raises:
        RulebookError: it ``must`` take every option, and is not able to.
    """
    conditions = [condition for _, condition in _conditions(rules)]
    try:
        return [(0, conditions, engine(rules, conditions))]
    except RulebookError:
        found: list[tuple[int, Sequence[Condition], Evaluator]] = []
    first = 0
    for option in rules.entitlements.values():
        try:
            found.append((first, option.conditions, engine(rules, option.conditions)))
        except RulebookError:
            if must:
                raise
        first += len(option.conditions)
    return found


def _conditions(rules: RuleSet) -> list[tuple[str, Condition]]:
    return [(name, condition) for name, option in rules.entitlements.items() for condition in option.conditions]


def _usable() -> tuple[str, ...]:
    """The names of the engines that can be used here."""
    lacking = {"durable"} if find_spec("durable_rules_engine") is None else set()
    frames = find_spec("narwhals") is not None and any(map(find_spec, ("polars", "pyarrow")))
    return (*(name for name in ENGINES if name not in lacking), *((FRAME,) if frames else ()))


def _labelled(engines: Iterable[str | Engine]) -> dict[str, str | Engine]:
    """Engines by what messages call them; of several of one name, each has its number."""
    found: dict[str, str | Engine] = {}
    for engine in engines:
        name = _name(engine)
        taken = sum(label.partition(" ")[0] == name for label in (ARBITER, *found))
        found[f"{name} ({taken + 1})" if taken else name] = engine
    return found


def _name(engine: str | Engine) -> str:
    if not isinstance(engine, str):
        return getattr(engine, "__name__", repr(engine))
    if engine != FRAME and engine not in ENGINES:
        raise unknown_name("engine", engine, (*ENGINES, FRAME))
    return engine


def _told(found: Sequence[_Disagreement]) -> str:
    count = len(found)
    more = [f"and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []
    head = f"the engines disagree in {count} place{'s'[: count != 1]}"
    return "\n".join([head, *map(str, found[:MOST_SHOWN]), *more])


def shown(value: Any) -> str:
    """Facts as they are made, without what is not known."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {shown(part)}' for name, part in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Fact):
        parts = ((name, getattr(value, name)) for name in fields_of(type(value)))
        said = (f"{name}={shown(part)}" for name, part in parts if part is not None and part != ())
        return f"{type(value).__name__}({', '.join(said)})"
    return repr(value)
