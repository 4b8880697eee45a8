"""From the files of a rulebook to a ``RuleSet``: every mistake of every file is found and reported at once."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtreme_rules.coverage.calendar import Calendar, Window
from xtreme_rules.errors import did_you_mean, listing
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.facts.types import kinds_in
from xtreme_rules.language.schema import Domain, Schema
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import asks
from xtreme_rules.language.truth import Meaning
from xtreme_rules.language.vocabulary import Context
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError, shown
from xtreme_rules.rulebook.entitlements import EntitlementReader
from xtreme_rules.rulebook.model import Assumption, Entitlement, Package, RuleSet
from xtreme_rules.rulebook.nodes import Mapping as MappingNode
from xtreme_rules.rulebook.nodes import Node, Scalar, Source, diagnostic, read_file
from xtreme_rules.rulebook.overlay import overlaid
from xtreme_rules.rulebook.windows import parse_windows

if TYPE_CHECKING:
    from xtreme_rules.rulebook.service import OrderKey, ResponseTimes

FILES = ("rulebook", "entitlements")
OPTIONAL_FILES = ("response-times", "queue")
MAX_CONDITIONS = 1_000
#: What a rulebook may choose, and the day of February that it is; the 29th of a common year is 1 March.
LEAP_ANNIVERSARIES = {"28-february": 28, "1-march": 29}
_A_WINDOW = "`mon-fri 08:00-18:00`, or `fri 22:00-06:00` into the next day; 24:00 is midnight"


def read_rules(folder: Path, overlays: Sequence[Path] = (), facts: Mapping[str, object] | None = None) -> RuleSet:
    """The rulebook in a folder, with overlays laid over it in their order; ``facts`` adds fact classes by name.

    Raises:
        RulebookError: with every diagnostic of every file.
    """
    builder = _Builder(folder, {**STANDARD_FACTS, **(facts or {})})
    documents = builder.documents(overlays)
    rules = builder.build(documents, tuple(overlays)) if documents is not None else None
    if rules is None or builder.problems:
        raise RulebookError(builder.problems)
    return rules


class _Builder(EntitlementReader):
    """Reads the documents of one rulebook, in the order in which they build on each other."""

    def __init__(self, folder: Path, facts: Mapping[str, object]) -> None:
        super().__init__(Schema(facts, ()))
        self.folder = folder
        self.facts = facts
        self.texts: list[str] = []

    def documents(self, overlays: Sequence[Path]) -> dict[str, Node] | None:
        """The root nodes of the rulebook's files, overlays applied; ``None`` if one cannot be read."""
        names = (*FILES, *OPTIONAL_FILES)
        files = [f"{name}.yaml" for name in names]
        for path in sorted(self.folder.glob("*.y*ml")):
            if path.name not in files:
                near = did_you_mean(path.name, files) if path.stem in names else f"its files are {listing(files)}"
                self.problems.append(Diagnostic(shown(path), 1, 1, "is no file of a rulebook", near))
        present = [name for name in names if name in FILES or (self.folder / f"{name}.yaml").exists()]
        roots = {name: self._document(self.folder / f"{name}.yaml") for name in present}
        changes = [self._document(path) for path in overlays]
        documents = {name: root for name, root in roots.items() if root is not None}
        if len(documents) < len(present) or None in changes:
            return None
        base: Node = MappingNode(
            Source(shown(self.folder), ""),
            1,
            1,
            {name: (Scalar(root.source, 1, 1, name, True), root) for name, root in documents.items()},
        )
        for change in changes:
            if change is not None:
                base = overlaid(base, change, self.problems)
        return {name: root for name in names if isinstance(base, MappingNode) and (root := base.get(name)) is not None}

    def _document(self, path: Path) -> Node | None:
        root, problems = read_file(path)
        self.problems += problems
        if root is not None:
            self.texts.append(root.source.text)
        return root

    def build(self, documents: Mapping[str, Node], overlays: tuple[Path, ...]) -> RuleSet | None:
        head = self.fields(
            documents["rulebook"],
            "the rulebook",
            ("name", "title", "effective-from", "packages", "areas", "calendars", "questions"),
            ("severities", "domains", "conventions", "assumptions", "every-entitlement", "changes", "weekends"),
        )
        calendars, calendar_titles = self._calendars(head.get("calendars"))
        packages = self._packages(head.get("packages"), calendars)
        values = self._values(head, packages)
        self.schema = Schema(self.facts, self._domains(values, packages, calendars))
        areas = {key: self.plain(value, "an area") for key, _, value in self.named(head.get("areas"), "areas")}
        assumptions = {
            key: self._assumption(key, value) for key, _, value in self.named(head.get("assumptions"), "assumptions")
        }
        common = (
            self.fields(head["every-entitlement"], "every-entitlement", ("requires",))
            if "every-entitlement" in head
            else {}
        )
        self._bound_conditions(common.get("requires"), documents["entitlements"])
        entitlements = {
            key: self.entitlement(key, value, packages, areas, assumptions, common.get("requires"))
            for key, _, value in self.named(documents["entitlements"], "the entitlements")
        }
        leap_anniversary = self._leap_anniversary(head.get("conventions"))
        response_times = order = None
        if "response-times" in documents:
            from xtreme_rules.rulebook.response_times import read_response_times

            response_times = read_response_times(
                self, documents["response-times"], entitlements, assumptions, common.get("requires")
            )
        if "queue" in documents:
            from xtreme_rules.rulebook.order import read_order

            order = read_order(self, documents["queue"], entitlements, assumptions)
        asked = _asked(entitlements, response_times, order or ())
        questions = self._questions(head.get("questions"), documents["rulebook"], asked)
        changes = self._changes(head.get("changes"))
        weekends = self.choice(head.get("weekends"), "option", entitlements)
        if weekends is not None and "weekend.saturday" not in weekends.asks:
            help_ = "a condition of it must read `weekend.saturday`"
            self.problem(head["weekends"], f"`{weekends.id}` is no option for weekends", help_)
        name, effective_from = (
            self.string(head.get("name"), "name"),
            self.day(head.get("effective-from"), "effective-from"),
        )
        title = self.plain(head.get("title"), "title")
        if self.problems or name is None or effective_from is None:
            return None
        from hashlib import sha256

        package_calendars = {key: calendars[package.coverage] for key, package in packages.items()}
        return RuleSet(
            name,
            title,
            effective_from,
            self.folder,
            overlays,
            sha256("".join(self.texts).encode()).hexdigest(),
            packages,
            areas,
            values,
            calendars,
            calendar_titles,
            assumptions,
            questions,
            changes,
            entitlements,
            None if weekends is None else weekends.id,
            self.schema,
            Meaning(Context(calendars, package_calendars, leap_anniversary), self.schema.domains),
            response_times,
            order or (),
        )

    def _bound_conditions(self, common: Node | None, options: Node) -> None:
        """Refuse a rulebook whose common conditions, times its options, would take long to read.

        Raises:
            RulebookError: there are more than ``MAX_CONDITIONS``.
        """
        shared = len(common.entries) if isinstance(common, MappingNode) else 0
        count = len(options.entries) if isinstance(options, MappingNode) else 0
        if shared * count > MAX_CONDITIONS:
            message = f"{shared:,} common conditions for {count:,} options are more than {MAX_CONDITIONS:,} conditions"
            raise RulebookError([*self.problems, diagnostic(options, message, "split the rulebook")])

    def _leap_anniversary(self, node: Node | None) -> int:
        """On which day of February a contract year begins in common years, if the contract began on the 29th."""
        if node is None:
            return LEAP_ANNIVERSARIES["28-february"]
        fields = self.fields(node, "conventions", (), ("leap-day-anniversary",))
        chosen = self.choice(fields.get("leap-day-anniversary"), "anniversary", LEAP_ANNIVERSARIES)
        return LEAP_ANNIVERSARIES["28-february"] if chosen is None else chosen

    def _packages(self, node: Node | None, calendars: Mapping[str, Calendar]) -> dict[str, Package]:
        packages = {}
        for key, _, value in self.named(node, "packages"):
            fields = self.fields(value, f"package `{key}`", ("title", "coverage"))
            title = self.plain(fields.get("title"), "title")
            coverage = self.choice(fields.get("coverage"), "calendar", calendars)
            packages[key] = Package(key, title, coverage.id if coverage is not None else "")
        if node is not None and not packages:
            self.problem(node, "packages must name at least one package")
        return packages

    def _values(self, head: Mapping[str, Node], packages: Mapping[str, Package]) -> dict[str, dict[str | int, Text]]:
        """The titles of the values of every domain."""
        values: dict[str, dict[str | int, Text]] = {
            "package": {key: package.title for key, package in packages.items()}
        }
        severities: dict[str | int, Text] = {}
        for key, key_node, value in self.named(head.get("severities"), "severities"):
            number = self.integer(key_node, "a severity")
            if number is not None:
                severities[number] = self.plain(value, f"severity {key}")
        values["severity"] = severities
        for name, name_node, node in self.named(head.get("domains"), "domains"):
            if name in (*values, "calendar"):
                self.problem(name_node, f"the domain `{name}` is the rulebook's own", "choose another name")
                continue
            whole = self._holds_integers(name)
            values[name] = {}
            for key, key_node, value in self.named(node, f"domain `{name}`"):
                declared = self.integer(key_node, f"a value of `{name}`") if whole else key
                if declared is not None:
                    values[name][declared] = self.plain(value, f"`{key}`")
        return values

    def _holds_integers(self, domain: str) -> bool:
        """Whether the fields whose values a domain declares are whole numbers."""
        return any(kind.domain == domain and kind.name == "integer" for kind in kinds_in(self.schema.facts.values()))

    def _domains(
        self,
        values: Mapping[str, Mapping[str | int, Text]],
        packages: Mapping[str, Package],
        calendars: Mapping[str, Calendar],
    ) -> list[Domain]:
        named = [Domain(name, tuple(titles)) for name, titles in values.items() if name not in ("package", "severity")]
        severities = tuple(key for key in values["severity"] if isinstance(key, int))
        return [
            Domain("package", tuple(packages), ordered=True),
            Domain("severity", severities, ordered=True),
            Domain("calendar", tuple(calendars)),
            *named,
        ]

    def _calendars(self, node: Node | None) -> tuple[dict[str, Calendar], dict[str, Text]]:
        calendars, titles = {}, {}
        for key, _, value in self.named(node, "calendars"):
            fields = self.fields(value, f"calendar `{key}`", ("title", "windows", "holidays"))
            titles[key] = self.plain(fields.get("title"), "title")
            closed = self.choice(fields.get("holidays"), "holidays", {"closed": True, "open": False})
            windows: list[Window] = []
            for item in self.items(fields.get("windows"), "windows"):
                more = self.converted(item, "a window", parse_windows, _A_WINDOW) or ()
                if any(old.overlaps(new) for old in windows for new in more):
                    self.problem(item, "overlaps a window before it", "make them one")
                windows += more
            calendars[key] = Calendar(key, tuple(windows), bool(closed))
        return calendars, titles

    def _assumption(self, key: str, node: Node) -> Assumption:
        fields = self.fields(node, f"assumption `{key}`", ("reading", "reason"))
        return Assumption(key, self.plain(fields.get("reading"), "reading"), self.plain(fields.get("reason"), "reason"))

    def _questions(self, node: Node | None, root: Node, asked: Iterable[str]) -> dict[str, Text]:
        """What to ask for each fact: every fact that a condition reads must have its question."""
        questions = self._by_path(node, "questions", "the question for")
        if isinstance(node, MappingNode):
            for path in sorted(set(asked) - set(questions)):
                self.problem(node, f"no question for `{path}`, which a condition reads", f"add `{path}:`")
        return questions

    def _changes(self, node: Node | None) -> dict[str, Text]:
        """What to call each fact that can be changed."""
        return self._by_path(node, "changes", "the change of")

    def _by_path(self, node: Node | None, what: str, each: str) -> dict[str, Text]:
        """Texts by the path of a fact."""
        texts = {}
        if isinstance(node, MappingNode):
            for path, (key_node, value) in node.entries.items():
                if self.schema.type_at(path) is None:
                    known = [
                        f"{name}.{part}"
                        for name, kind in self.schema.facts.items()
                        for part in self.schema.members(kind)
                    ]
                    self.problem(key_node, f"unknown fact `{path}`", did_you_mean(path, [*known, *self.schema.facts]))
                texts[path] = self.plain(value, f"{each} `{path}`")
        elif node is not None:
            self.problem(node, f"{what} must be keys with values")
        return texts


def _asked(
    entitlements: Mapping[str, Entitlement], response_times: "ResponseTimes | None", order: "tuple[OrderKey, ...]"
) -> set[str]:
    """The paths of every fact whose absence can leave something open."""
    from xtreme_rules.rulebook.service import RESPOND_BY

    trees = [column.value for column in response_times.columns.values()] if response_times is not None else []
    trees += [key.value for key in order]
    options = [*entitlements.values(), *(response_times.clock if response_times is not None else ())]
    read = {path for tree in trees for path in asks(tree)} | {path for option in options for path in option.asks}
    return read - {RESPOND_BY}
