"""The overview of a rulebook: options by area, and the packages that have each."""

from typing import Any

from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.document import Cell, Table
from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.render import rendered_table
from xtreme_rules.rulebook.model import Entitlement, RuleSet


class Matrix:
    """Which package has which option. Prints as text; a notebook shows it as HTML."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def _row(self, item: Entitlement, lang: str) -> tuple[Cell, ...]:
        ticks = (self.has(package, item.id) for package in self._rules.packages)
        return (item.title.in_language(lang).plain, *ticks, item.id)

    def has(self, package: str, option: str) -> bool:
        """Whether a package has an option, both by id.

        Raises:
            UnknownNameError: there is no such package or option.
        """
        order, options = list(self._rules.packages), self._rules.entitlements
        if package not in order:
            raise unknown_name("package", package, order)
        if option not in options:
            raise unknown_name("option", option, options)
        return order.index(package) >= order.index(options[option].since)

    def show(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """The overview in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        checked_language(lang)
        rules = self._rules
        groups = []
        for area, title in rules.areas.items():
            rows = tuple(self._row(item, lang) for item in rules.entitlements.values() if item.area == area)
            groups.append((title.in_language(lang).plain, rows))
        packages = (package.title.in_language(lang).plain for package in rules.packages.values())
        header = (phrase("option", lang), *packages, "id")
        table = Table(rules.title.in_language(lang).plain, header, tuple(groups), footer(rules, lang))
        return rendered_table(table, format)

    def to_dict(self) -> dict[str, Any]:
        """The packages of each option, by id."""
        rules = self._rules
        return {
            option: [package for package in rules.packages if self.has(package, option)]
            for option in rules.entitlements
        }

    def __repr__(self) -> str:
        options, packages = len(self._rules.entitlements), len(self._rules.packages)
        return f"<Matrix of {self._rules.name}: {options} options, {packages} packages>"

    def __str__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        return self.show(format="html")
