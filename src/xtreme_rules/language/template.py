"""Texts in Dutch and English, with expressions in braces: ``{weekend.saturday - day_of(at)} before the weekend``."""

from collections.abc import Iterator, Mapping

import attrs

from xtreme_rules.language.parse import MAX_LENGTH, Mistake, MistakesError, parse
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.tree import Literal, Node

LANGUAGES = ("nl", "en")


@attrs.frozen
class Template:
    """A text in one language: its pieces, each a plain text or an expression whose value is filled in."""

    pieces: tuple[str | Node, ...]

    @property
    def plain(self) -> str:
        """The text, if it has no expressions."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))


@attrs.frozen
class Text:
    """One text in both languages."""

    nl: Template
    en: Template

    def in_language(self, lang: str) -> Template:
        """The text in ``nl`` or ``en``."""
        return self.nl if lang == "nl" else self.en


def parse_template(text: str, schema: Schema, constants: Mapping[str, Literal]) -> Template:
    """A text with its expressions parsed.

    Raises:
        MistakesError: with everything that is wrong, at offsets into the whole text.
    """
    if len(text) > MAX_LENGTH:
        raise MistakesError(
            [Mistake(0, 1, f"the text is longer than {MAX_LENGTH:,} characters", "say it in fewer words")]
        )
    if "{" not in text and "}" not in text:
        return Template((text,))
    pieces: list[str | Node] = []
    mistakes: list[Mistake] = []
    for start, end, inside in _split(text, mistakes):
        if not inside:
            pieces.append(text[start:end])
            continue
        try:
            tree = parse(text[start:end], schema, constants)
            if tree.type.name in ("record", "records", "calendar"):
                mistakes.append(Mistake(start, end, f"{tree.type} cannot be shown in a text", "name one of its fields"))
            pieces.append(tree)
        except MistakesError as error:
            mistakes += [Mistake(m.start + start, m.end + start, m.message, m.help) for m in error.mistakes]
    if mistakes:
        raise MistakesError(mistakes)
    return Template(tuple(pieces))


def _split(text: str, mistakes: list[Mistake]) -> Iterator[tuple[int, int, bool]]:
    """Stretches of the text, each with whether it stood in braces."""
    position = 0
    while (opening := text.find("{", position)) >= 0:
        closing = text.find("}", opening)
        if closing < 0:
            mistakes.append(Mistake(opening, opening + 1, "a brace that is not closed", "write `{expression}`"))
            return
        yield position, opening, False
        yield opening + 1, closing, True
        position = closing + 1
    stray = text.find("}", position)
    if stray >= 0:
        mistakes.append(Mistake(stray, stray + 1, "a closing brace without an opening one", "remove it"))
    yield position, len(text), False
