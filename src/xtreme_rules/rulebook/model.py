"""A rulebook as data: what its files say, checked and typed."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.language.moments import can_be_followed, hours_of
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import Literal, Node, asks
from xtreme_rules.language.truth import Meaning

if TYPE_CHECKING:
    from xtreme_rules.rulebook.service import OrderKey, ResponseTimes


@attrs.frozen
class Package:
    """A package: its name, and the calendar of its coverage hours."""

    id: str
    title: Text
    coverage: str


@attrs.frozen
class Assumption:
    """A reading of a point that the source leaves open, and why it is read so."""

    id: str
    reading: Text
    reason: Text


@attrs.frozen
class Condition:
    """One condition of an entitlement.

    ``sources`` are the clauses behind it, in the words of the contract; ``assumptions`` the readings it rests on;
    ``place`` is where it is written: file, line and column.
    """

    id: str
    when: Node
    requirement: Text
    otherwise: Text
    sources: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    place: tuple[str, int, int] = attrs.field(eq=False, repr=False)


@attrs.frozen
class Obligation:
    """What follows from a grant: who does what."""

    id: str
    text: Text
    sources: tuple[str, ...]


@attrs.frozen
class Entitlement:
    """One option of the contract: what it promises, from which package on, and under which conditions.

    ``values`` are the names that its texts and conditions may use for constants.
    """

    id: str
    since: str
    area: str
    title: Text
    promise: Text
    sources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    obligations: tuple[Obligation, ...]
    values: Mapping[str, Literal] = attrs.field(eq=False, repr=False)

    @property
    def asks(self) -> tuple[str, ...]:
        """The paths whose absence can leave it undecided, each once; ``items[].field`` for a field of any item."""
        return tuple(dict.fromkeys(path for condition in self.conditions for path in asks(condition.when)))

    @property
    def can_be_followed(self) -> bool:
        """Whether it can be said when it holds: every condition can be followed, and one at most gives hours."""
        trees = [condition.when for condition in self.conditions]
        return all(map(can_be_followed, trees)) and sum(hours_of(tree) is not None for tree in trees) <= 1


@attrs.frozen(eq=False)
class RuleSet:
    """Everything that the files of one rulebook say.

    ``digest`` is the SHA-256 of the files it was read from, overlays included; ``values`` names the values of each
    domain, so that a text can say ``kritiek`` for severity 1; ``changes`` names the facts that can be changed or told
    to have a request granted; ``weekends`` is the option by which weekends are planned and booked. That option, the
    table of response times and the keys of the queue may be missing.
    """

    name: str
    title: Text
    effective_from: date
    folder: Path
    overlays: tuple[Path, ...]
    digest: str
    packages: Mapping[str, Package]
    areas: Mapping[str, Text]
    values: Mapping[str, Mapping[str | int, Text]]
    calendars: Mapping[str, Calendar]
    calendar_titles: Mapping[str, Text]
    assumptions: Mapping[str, Assumption]
    questions: Mapping[str, Text]
    changes: Mapping[str, Text]
    entitlements: Mapping[str, Entitlement]
    weekends: str | None
    schema: Schema
    meaning: Meaning
    response_times: "ResponseTimes | None"
    order: "tuple[OrderKey, ...]"


def without_indices(path: str) -> str:
    """The path of a field of any item: ``weekend.products[].standard`` for ``weekend.products[0].standard``."""
    return re.sub(r"\[\d+\]", "[]", path)
