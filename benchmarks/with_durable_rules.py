"""durable_rules: one ruleset, one event a decision, with the guards that it needs to be safe and quiet.

A rule where every condition is met, one for each that is not, and a last one that catches the rest; the first that
matches consumes the event.
"""

from threading import Lock
from typing import Any

from derived import AT_LEAST, AT_MOST, derived
from durable.engine import Closure, Host

from xtreme_rules import Booking, Contract, WeekendRequest


class QuietHost(Host):  # type: ignore[misc]
    """A host that starts no timer threads."""

    def _run(self) -> None:
        pass


class Answers:
    """Takes down what the rules answer."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def granted(self, _: Closure) -> None:
        self.given.append("granted")

    def denied(self, _: Closure) -> None:
        self.given.append("denied")

    def open(self, _: Closure) -> None:
        self.given.append("needs_information")


ANSWERS = Answers()
MET = [
    *({"$gte": {name: least}} for name, least in AT_LEAST.items()),
    *({"$lte": {name: most}} for name, most in AT_MOST.items()),
]
UNMET = [
    *({"$lt": {name: least}} for name, least in AT_LEAST.items()),
    *({"$gt": {name: most}} for name, most in AT_MOST.items()),
]
RULES: dict[str, Any] = {
    "granted": {"all": [{"m": {"$and": MET}}], "pri": 0, "run": ANSWERS.granted},
    **{
        f"denied-{number}": {"all": [{"m": test}], "pri": 1 + number, "run": ANSWERS.denied}
        for number, test in enumerate(UNMET)
    },
    "open": {"all": [{"m": {"request": 1}}], "pri": 1 + len(UNMET), "run": ANSWERS.open},
}
HOST = QuietHost({"special-event-weekend": RULES})
LOCK = Lock()


def decide(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> str:
    """The outcome."""
    event = derived(contract, weekend, bookings)
    event["request"] = 1
    with LOCK:
        ANSWERS.given.clear()
        HOST.post("special-event-weekend", event)
        (outcome,) = ANSWERS.given
    return outcome
