"""OpenFisca: the rule as a system of variables and parameters, in the best form found.

The requests are its persons and the contracts its groups, so that a condition reads a contract as any formula reads a
household. What OpenFisca has no words for is derived with NumPy, as in ``with_numpy.py``, and counted: the local day of
a submission, and whether the weekend of a contract year is used by another, since bookings would be a third kind of
entity. It has no missing values either; what is not known comes beside each input as an input of its own. Populations
are made directly and enumerations given as numbers: by name they take many times as long.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from with_numpy import Array, Contracts, known, local_day, month_and_day, used_by_another

Formula = Callable[..., Array]


class Package(Enum):
    """In the order of the rulebook, as a higher one includes a lower one."""

    xtreme = "xtreme"
    premium = "premium"
    elite = "elite"


class Outcome(Enum):
    granted = "granted"
    needs_information = "needs_information"
    denied = "denied"


PERIOD = "2026"
REQUEST = build_entity("request", "requests", "A request for a weekend", is_person=True)
CONTRACT = build_entity("contract", "contracts", "A contract", roles=[{"key": "request"}])
SYSTEM = TaxBenefitSystem([REQUEST, CONTRACT])
SYSTEM.parameters = ParameterNode(data={"notice_days": {"values": {"2015-01-01": 14}}})


def _variable(name: str, entity: Any, kind: type, **more: Any) -> None:
    kept = {"entity": entity, "value_type": kind, "definition_period": DateUnit.YEAR, "label": name, **more}
    if issubclass(kind, Enum):
        kept |= {"possible_values": kind, "default_value": next(iter(kind)), "value_type": Enum}
    SYSTEM.add_variable(type(name, (Variable,), kept))


def _formula(kind: type, entity: Any = REQUEST) -> Callable[[Formula], Formula]:
    """A function as the formula of the variable of its name."""

    def add(function: Formula) -> Formula:
        _variable(function.__name__, entity, kind, formula=function)
        return function

    return add


for name, kind in {"package": Package, "start": date, "until": date}.items():
    _variable(name, CONTRACT, kind)
FACTS = {
    "saturday": date,
    "submitted_on": date,
    "standard": bool,
    "accepts_english": bool,
    "implementation_consulting": bool,
}
for name, kind in FACTS.items():
    _variable(name, REQUEST, kind)
    _variable(f"unknown_{name}", REQUEST, bool)
_variable("used_by_another", REQUEST, bool)


@_formula(int, CONTRACT)
def start_month(contract: Any, period: Any) -> Array:
    return month_and_day(contract("start", period))[0]


@_formula(int, CONTRACT)
def start_day(contract: Any, period: Any) -> Array:
    return month_and_day(contract("start", period))[1]


@_formula(int)
def contract_year(request: Any, period: Any) -> Array:
    return _contract_year(request, period, request("saturday", period))


@_formula(bool)
def has_package(request: Any, period: Any) -> Array:
    return request.contract("package", period) == Package.elite


@_formula(bool)
def in_force(request: Any, period: Any) -> Array:
    saturday = request("saturday", period)
    return (request.contract("start", period) <= saturday) & (saturday + 2 <= request.contract("until", period))


@_formula(bool)
def one_contract_year(request: Any, period: Any) -> Array:
    sunday = request("saturday", period) + 1
    return request("contract_year", period) == _contract_year(request, period, sunday)


@_formula(bool)
def two_weeks_notice(request: Any, period: Any, parameters: Any) -> Array:
    notice = request("saturday", period) - request("submitted_on", period)
    return notice >= np.timedelta64(parameters(period).notice_days, "D")


@_formula(bool)
def unknown_notice(request: Any, period: Any) -> Array:
    return request("unknown_saturday", period) | request("unknown_submitted_on", period)


@_formula(bool)
def one_per_contract_year(request: Any, period: Any) -> Array:
    return ~request("used_by_another", period)


@_formula(bool)
def no_consulting(request: Any, period: Any) -> Array:
    return ~request("implementation_consulting", period)


#: In the order of the rule file, the variables that say whether a condition is met, and whether it is unknown.
CONDITIONS = {
    "has_package": "unknown_saturday",
    "in_force": "unknown_saturday",
    "one_contract_year": "unknown_saturday",
    "two_weeks_notice": "unknown_notice",
    "one_per_contract_year": "unknown_saturday",
    "standard": "unknown_standard",
    "accepts_english": "unknown_accepts_english",
    "no_consulting": "unknown_implementation_consulting",
}


@_formula(int)
def unmet(request: Any, period: Any) -> Array:
    mask = np.zeros(request.count, np.int32)
    for bit, (condition, missing) in enumerate(CONDITIONS.items()):
        mask |= (~request(condition, period) & ~request(missing, period)).astype(np.int32) << bit
    return mask


@_formula(int)
def unknown(request: Any, period: Any) -> Array:
    mask = np.zeros(request.count, np.int32)
    for bit, missing in enumerate(CONDITIONS.values()):
        mask |= request(missing, period).astype(np.int32) << bit
    return mask


@_formula(Outcome)
def outcome(request: Any, period: Any) -> Array:
    number = np.where(request("unmet", period) != 0, Outcome.denied.index, request("unknown", period) != 0)
    return EnumArray(number.astype(np.uint8), Outcome)


def _contract_year(request: Any, period: Any, day: Array) -> Array:
    """Seen from the day after, whose date needs no exception: a start on 29 February has 28 February otherwise."""
    month, day_of_month = month_and_day(day + 1)
    not_yet = day_of_month <= request.contract("start_day", period)
    years: Array = (month - request.contract("start_month", period) - not_yet) // 12
    return years


def decide(folder: Path) -> pa.Table:
    """The id, the outcome and both masks of every request."""
    contracts = Contracts.read(folder / "contracts.parquet")
    requests = pq.read_table(folder / "requests.parquet")
    ids, contract = requests["weekend.id"], contracts.numbers(requests["contract.id"])
    simulation = _simulation(len(ids), len(contracts.ids), contract)

    def give(name: str, values: Array) -> None:
        simulation.set_input(name, PERIOD, values)

    give("package", EnumArray(contracts.rank, Package))
    give("start", contracts.start)
    give("until", contracts.until)
    columns = {
        "saturday": requests["weekend.saturday"],
        "submitted_on": local_day(requests["weekend.submitted_at"]),
        "standard": requests["weekend.products[].standard"],
        "accepts_english": requests["weekend.accepts_english"],
        "implementation_consulting": requests["weekend.implementation_consulting"],
    }
    for name, column in columns.items():
        values, missing = known(column)
        give(name, values)
        give(f"unknown_{name}", missing)
    saturday, year = (simulation.calculate(name, PERIOD) for name in ("saturday", "contract_year"))
    bookings = folder / "bookings.parquet"
    give("used_by_another", used_by_another(bookings, contracts, ids, contract, saturday, year))

    outcome, unmet, unknown = (simulation.calculate(name, PERIOD) for name in ("outcome", "unmet", "unknown"))
    names = pa.DictionaryArray.from_arrays(outcome.view(np.ndarray), [item.name for item in Outcome])
    return pa.table({"weekend.id": ids, "outcome": names, "unmet": unmet, "unknown": unknown})


def _simulation(requests: int, contracts: int, contract: Array) -> Simulation:
    """So many requests and contracts, and the contract of each request."""
    populations = SYSTEM.instantiate_entities()
    for key, count in (("request", requests), ("contract", contracts)):
        populations[key].count = count
        populations[key].ids = np.arange(count)
    populations["contract"].members_entity_id = contract
    return Simulation(SYSTEM, populations)
