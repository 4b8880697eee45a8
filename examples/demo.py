"""What `make demo` shows: the overview, then decisions over the examples, each with its explanation."""

import sys
from pathlib import Path

import xtreme_rules as xr
from xtreme_rules.rulebook.plain import facts_from_yaml

EXAMPLES = Path(__file__).parent


def main() -> None:
    """Print the overview in Dutch, then a decision for each facts file: the first in Dutch, the others in English."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    rulebook = xr.load()
    print(rulebook.matrix().show("nl"))
    for number, (option, file) in enumerate(REQUESTS):
        path = EXAMPLES / "facts" / file
        facts = facts_from_yaml(path.read_bytes(), file, rulebook.rules.schema)
        print(f"\n{'─' * 100}\n{path.relative_to(EXAMPLES.parent)}\n")
        print(rulebook.decide(option, **facts).explain("en" if number else "nl"))


REQUESTS = [
    ("special-event-weekend", "weekend-too-late.yaml"),
    ("special-event-weekend", "weekend-granted.yaml"),
    ("special-event-weekend", "weekend-incomplete.yaml"),
    ("phone-support", "phone-on-a-holiday.yaml"),
    ("critical-incident-support", "critical-at-night.json"),
    ("how-to", "how-to-implementation.yaml"),
]

if __name__ == "__main__":
    main()
