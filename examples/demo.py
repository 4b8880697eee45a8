"""What `make demo` shows: the overview, decisions over the examples, a year of weekends, the queue of a real log."""

import subprocess
import sys
from pathlib import Path

import xtreme_rules as xr
from xtreme_rules.rulebook.plain import facts_from_yaml

EXAMPLES = Path(__file__).parent


def main() -> None:
    """Print the overview, a decision for each facts file (the first in Dutch, the others in English), and so on."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    rulebook = xr.load()
    print(rulebook.matrix().show("nl"))
    for number, (option, file) in enumerate(REQUESTS):
        path = EXAMPLES / "facts" / file
        facts = facts_from_yaml(path.read_bytes(), file, rulebook.rules.schema)
        print(f"\n{'─' * 100}\n{path.relative_to(EXAMPLES.parent)}\n")
        print(rulebook.decide(option, **facts).explain("en" if number else "nl"))
    print(f"\n{'─' * 100}\nexamples> xtreme-rules {' '.join(WEEKENDS)}\n", flush=True)
    subprocess.run([sys.executable, "-m", "xtreme_rules", *WEEKENDS], cwd=EXAMPLES, check=True)  # noqa: S603  words of our own
    for more in (["--first", "25"], ["--explain", "INC0000508"]):
        words = ["xtreme-rules", "triage", "incident_log.csv", *TRIAGE, *more]
        print(f"\n{'─' * 100}\nexamples/incidents> {' '.join(words)}\n", flush=True)
        command = [sys.executable, "-m", "xtreme_rules", *words[1:]]
        subprocess.run(command, cwd=EXAMPLES / "incidents", check=True)  # noqa: S603  words of our own


REQUESTS = [
    ("special-event-weekend", "weekend-too-late.yaml"),
    ("special-event-weekend", "weekend-granted.yaml"),
    ("special-event-weekend", "weekend-incomplete.yaml"),
    ("phone-support", "phone-on-a-holiday.yaml"),
    ("critical-incident-support", "critical-at-night.json"),
    ("how-to", "how-to-implementation.yaml"),
]

WEEKENDS = ["weekends", "facts/weekend-granted.yaml"]
TRIAGE = ["--contracts", "contracts.csv", "--mapping", "mapping.yaml", "--at", "2016-03-01T15:00+01:00"]

if __name__ == "__main__":
    main()
