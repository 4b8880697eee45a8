"""From the values of a row to an incident with its contract, as of a moment.

What is later than that moment has not happened yet: a closing, a response, a pause, the end of one.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.standard import Component, Contract, Incident
from xtreme_rules.facts.types import fields_of
from xtreme_rules.intake.cells import under
from xtreme_rules.intake.columns import CLOSED, COMPONENT, CONTRACT, SUBMITTED
from xtreme_rules.intake.contracts import Contracts
from xtreme_rules.language.schema import Schema

Pair = tuple[Contract, Incident]


class Left(Enum):
    """Why an incident is left out."""

    CLOSED = "closed"
    NOT_YET = "not yet"


#: Makes a pair of the values of a row by path, or raises FactError where it cannot.
Pairing = Callable[[Mapping[str, Any]], Pair | Left]


def pairing(contracts: Contracts, schema: Schema, at: datetime) -> Pairing:
    """The function that makes pairs as of ``at``."""
    find = contracts.finder()
    component = _component_reader()
    fields = [(name, f"incident.{name}") for name in fields_of(Incident) if name != "component"]

    def contract_of(values: Mapping[str, Any]) -> Contract:
        if values.get(CONTRACT) is None:
            raise FactError([Problem(CONTRACT, "must be given", "it is the contract that says what is covered")])
        return find(values[CONTRACT])

    def incident_of(values: Mapping[str, Any]) -> Incident:
        given = {name: value for name, path in fields if (value := values.get(path)) is not None}
        incident = Incident(**_as_of(at, given), component=component(values))
        if not schema.fits({"incident": incident}):
            schema.checked({"incident": incident})
        return incident

    def pair(values: Mapping[str, Any]) -> Pair | Left:
        submitted, closed = values.get(SUBMITTED), values.get(CLOSED)
        if submitted is not None and submitted > at:
            return Left.NOT_YET
        if closed is not None and closed <= at:
            return Left.CLOSED
        problems: list[Problem] = []
        contract, incident = (_tried(make, values, problems) for make in (contract_of, incident_of))
        if contract is not None and submitted is not None:
            problems += _before_start(submitted, contract)
        if contract is None or incident is None or problems:
            raise FactError(problems)
        return contract, incident

    return pair


def _tried(make: Callable[[Mapping[str, Any]], Any], values: Mapping[str, Any], problems: list[Problem]) -> Any:
    try:
        return make(values)
    except FactError as error:
        problems += under(error.problems, "Incident.", "incident.")
        return None


def _component_reader() -> Callable[[Mapping[str, Any]], Component | None]:
    """A function that makes the component of a row, or takes an equal one that it made before."""
    names = tuple(fields_of(Component))
    paths = [f"{COMPONENT}.{name}" for name in names]

    @lru_cache(maxsize=16_384)
    def made(*parts: Any) -> Component | None:
        if all(part is None for part in parts):
            return None
        try:
            return Component(**dict(zip(names, parts, strict=True)))
        except FactError as error:
            raise FactError(under(error.problems, "Component", COMPONENT)) from None

    return lambda values: made(*map(values.get, paths))


def _as_of(at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of an incident without what is later than ``at``."""
    responded, paused = given.get("responded_at"), given.get("pauses")
    if responded is not None and responded > at:
        del given["responded_at"]
    if paused:
        begun = (pause for pause in paused if pause.start <= at)
        given["pauses"] = tuple(
            attrs.evolve(pause, end=None) if pause.end is not None and pause.end > at else pause for pause in begun
        )
    return given


def _before_start(submitted: datetime, contract: Contract) -> Iterator[Problem]:
    if contract.start is not None and contract.timezone is not None:
        day = submitted.astimezone(ZoneInfo(contract.timezone)).date()
        if day < contract.start:
            yield Problem(SUBMITTED, f"{day} lies before the contract `{contract.id}` starts ({contract.start})")
