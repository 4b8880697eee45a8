"""What can go wrong, and how it is said: one line a problem, all problems at once."""

from collections.abc import Iterable, Sequence

import attrs


@attrs.frozen
class Problem:
    """One thing that is wrong: where it is (a path such as ``contract.until``), what it is, what to do."""

    path: str
    message: str
    help: str = ""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return " ".join(f"{where}{self.message}{f'; {self.help}' if self.help else ''}".split())


#: Words of more letters than this get no suggestion: comparing them would cost more than it helps.
MOST_LETTERS = 100


class XtremeRulesError(Exception):
    """The base of every error that this library raises on purpose."""


class FactError(XtremeRulesError, ValueError):
    """Facts that cannot be what they claim to be; ``problems`` holds every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["FactError"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class UnknownNameError(XtremeRulesError, LookupError):
    """A name (of an option, a rulebook, an engine, a language) that does not exist; the message suggests one."""


class MissingExtraError(XtremeRulesError, ImportError):
    """A part of the library whose optional dependency is not installed; the message names the command."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion of the nearest known word, or, where none is near and they are few, the whole choice."""
    from difflib import get_close_matches

    choices = sorted(known)
    if len(word) <= MOST_LETTERS and len(choices) <= 1_000:
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


def unknown_name(kind: str, word: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that does not exist, with the nearest one that does."""
    suggestion = did_you_mean(word, known)
    return UnknownNameError(f"unknown {kind} `{word}`{f'; {suggestion}' if suggestion else ''}")
