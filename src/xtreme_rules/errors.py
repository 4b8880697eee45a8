"""What can go wrong, and how it is said: one line a problem, all problems at once."""

from collections.abc import Iterable, Sequence

import attrs


@attrs.frozen
class Problem:
    """One thing that is wrong: where it is (a path such as ``contract.until``), what it is, what to do.

    ``at_key`` says that the name itself is wrong, rather than the value under it.
    """

    path: str
    message: str
    help: str = ""
    at_key: bool = attrs.field(default=False, eq=False, repr=False)

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return " ".join(f"{where}{self.message}{f'; {self.help}' if self.help else ''}".split())


#: Beyond so many pairs of letters to compare, no suggestion is made; the time zones need 200,000.
MOST_LETTER_PAIRS = 500_000
#: How many problems, or diagnostics, the text of an error shows; the error holds all of them.
MOST_SHOWN = 100


class XtremeRulesError(Exception):
    """The base of every error that this library raises on purpose."""


class FactError(XtremeRulesError, ValueError):
    """Facts that cannot be what they claim to be; ``problems`` holds every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(first_of(self.problems)))

    def __reduce__(self) -> tuple[type["FactError"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class UnknownNameError(XtremeRulesError, LookupError):
    """A name (of an option, a rulebook, an engine, a language) that does not exist; the message suggests one."""


class EngineError(XtremeRulesError, RuntimeError):
    """An engine that is not our own failed."""


class SessionError(XtremeRulesError, RuntimeError):
    """A session is used when it cannot be: it is closed, or in the midst of a change."""


def first_of(problems: Sequence[object]) -> list[str]:
    """The first problems as text, and how many more there are."""
    shown = [str(problem) for problem in problems[:MOST_SHOWN]]
    more = len(problems) - len(shown)
    return [*shown, f"and {more:,} more; mend these first"] if more else shown


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion of the nearest known word, or, where none is near and they are few, the whole choice."""
    from difflib import get_close_matches

    choices = sorted(known)
    if len(word) * sum(map(len, choices)) > MOST_LETTER_PAIRS:
        return ""
    inside = [choice for choice in choices if len(word) > 2 and word.casefold() in choice.casefold()]
    if inside:
        return f"did you mean `{inside[0]}`?"
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return clipped(f"choose from {listing(choices)}") if 0 < len(choices) <= 8 else ""


def clipped(text: str, most: int = 300) -> str:
    """A text that a message can hold: cut off if it is very long."""
    return text if len(text) <= most else f"{text[:most]}…"


def listing(words: Sequence[object]) -> str:
    """Words in backticks, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def unknown_name(kind: str, word: object, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that does not exist, with the nearest one that does."""
    name = word if isinstance(word, str) and word.isprintable() else repr(word)
    suggestion = did_you_mean(name, known)
    return UnknownNameError(f"unknown {kind} `{clipped(name, 60)}`{f'; {suggestion}' if suggestion else ''}")
