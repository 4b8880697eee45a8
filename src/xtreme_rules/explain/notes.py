"""What an answer rests on, as lines: clauses and assumptions."""

from collections.abc import Iterable

from xtreme_rules.explain.document import Entry
from xtreme_rules.explain.phrases import phrase
from xtreme_rules.rulebook.model import Assumption


def cited(sources: Iterable[str], lang: str) -> tuple[str, ...]:
    """Clauses, in the words of the contract, as notes."""
    return tuple(f"{phrase('clause', lang)}: “{' '.join(source.split())}”" for source in sources)


def assumed(assumptions: Iterable[Assumption], lang: str) -> tuple[Entry, ...]:
    """Readings of open points, each with its reason."""
    return tuple(
        Entry("plain", item.id, f"{item.reading.in_language(lang).plain} ({item.reason.in_language(lang).plain})")
        for item in assumptions
    )
