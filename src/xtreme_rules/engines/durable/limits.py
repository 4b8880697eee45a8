"""What durable_rules is known to bear, with a margin. Beyond it, it stops, crashes or answers wrongly."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

#: Facts in a rule; it bears 16.
MOST_JOINED = 16
#: Comparisons of several facts in a rule; it bears 32 of one fact with others, the ends of their list included.
MOST_COMPARED = 24
#: Rules for one condition, and tests of one input; it bears 64 that match one fact.
MOST_ALTERNATIVES = 60
#: Different tests in a ruleset; it bears 511.
MOST_TESTS = 500
#: Rules that share a test; it crashes at exactly 256.
MOST_SHARING = 250
#: Up to so many items, a quota is a join over them; the ways to join more of them are too many.
MOST_COUNTED = 4
#: Sessions of a ruleset; it crashes at 1,025.
MOST_SESSIONS = 1_000


class Tests:
    """Counts the tests of a ruleset as it grows, until there are too many."""

    def __init__(self) -> None:
        self._sharing: Counter[str] = Counter()
        self._of_fact: Counter[str] = Counter()
        self._said = False

    def add(self, fact: str, test: Mapping[str, Any], joins: bool) -> None:
        """Count one more use of a test of a kind of fact. One that joins facts is another one in each rule."""
        written = json.dumps(test)
        self._sharing[written] += 1
        self._of_fact[fact] += joins or self._sharing[written] == 1

    def problem(self, apart: str) -> str | None:
        """What there is too much of, said once; of the facts of one kind, questions, there may be more."""
        most = max((fact for fact in self._of_fact if fact != apart), key=self._of_fact.__getitem__, default=apart)
        problems = [
            (self._of_fact.total(), MOST_TESTS, "there are {} different tests, {} at most"),
            (self._of_fact[most], MOST_ALTERNATIVES, f"there are {{}} tests of {most}, {{}} at most"),
            (max(self._sharing.values(), default=0), MOST_SHARING, "{} rules share a test, {} at most"),
        ]
        found = next((text.format(count, bound) for count, bound, text in problems if count > bound), None)
        if found is None or most == apart or self._said:
            return None
        self._said = True
        return f"is one too many: with it, {found}"
