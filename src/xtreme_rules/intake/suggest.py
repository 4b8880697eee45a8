"""Suggestions for many wrong names, each looked for once, and only for the first few."""

from collections.abc import Callable, Iterable

from xtreme_rules.errors import did_you_mean

_MOST = 50


def suggester(known: Iterable[str]) -> Callable[[str], str]:
    """The nearest known name, as ``did_you_mean``, where there is one: for names that may be wrong by the thousands."""
    choices = tuple(known)
    made: dict[str, str] = {}

    def suggest(word: str) -> str:
        if word not in made and len(made) < _MOST:
            text = did_you_mean(word, choices)
            made[word] = text if text.startswith("did") else ""
        return made.get(word, "")

    return suggest
