"""From the files of a rulebook to a ``RuleSet``: every mistake of every file is found and reported at once."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xtreme_rules.coverage.calendar import Calendar, Window
from xtreme_rules.errors import did_you_mean
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.facts.types import INTEGER, fields_of
from xtreme_rules.language.parse import FUNCTIONS
from xtreme_rules.language.schema import Domain, Schema
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import Literal
from xtreme_rules.language.truth import Meaning
from xtreme_rules.language.vocabulary import PACKAGE, Context
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError, shown
from xtreme_rules.rulebook.model import Assumption, Condition, Entitlement, Obligation, Package, RuleSet
from xtreme_rules.rulebook.nodes import Mapping as MappingNode
from xtreme_rules.rulebook.nodes import Node, Scalar, Source, diagnostic, read_file
from xtreme_rules.rulebook.overlay import overlaid
from xtreme_rules.rulebook.reader import Reader
from xtreme_rules.rulebook.windows import parse_windows

FILES = ("rulebook", "entitlements")
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


class _Builder(Reader):
    """Reads the documents of one rulebook, in the order in which they build on each other."""

    def __init__(self, folder: Path, facts: Mapping[str, object]) -> None:
        super().__init__()
        self.folder = folder
        self.facts = facts
        self.schema = Schema(facts, ())
        self.texts: list[str] = []
        self.read_before: dict[object, Condition | None] = {}

    def documents(self, overlays: Sequence[Path]) -> dict[str, Node] | None:
        """The root nodes of the rulebook's files, overlays applied; ``None`` if one cannot be read."""
        for path in sorted(self.folder.glob("*.y*ml")):
            if path.name not in {f"{name}.yaml" for name in FILES}:
                near = did_you_mean(path.name, [f"{name}.yaml" for name in FILES])
                self.problems.append(Diagnostic(shown(path), 1, 1, "is no file of a rulebook", near))
        roots = {name: self._document(self.folder / f"{name}.yaml") for name in FILES}
        changes = [self._document(path) for path in overlays]
        documents = {name: root for name, root in roots.items() if root is not None}
        if len(documents) < len(FILES) or None in changes:
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
        return {name: root for name in FILES if isinstance(base, MappingNode) and (root := base.get(name)) is not None}

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
            ("severities", "domains", "conventions", "assumptions", "every-entitlement"),
        )
        calendars, calendar_titles = self._calendars(head.get("calendars"))
        packages = self._packages(head.get("packages"), calendars)
        values = self._values(head, packages)
        self.schema = Schema(self.facts, self._domains(values, packages, calendars))
        areas = {key: self._plain(value, "an area") for key, _, value in self.named(head.get("areas"), "areas")}
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
            key: self._entitlement(key, value, packages, areas, assumptions, common.get("requires"))
            for key, _, value in self.named(documents["entitlements"], "the entitlements")
        }
        leap_anniversary = self._leap_anniversary(head.get("conventions"))
        questions = self._questions(head.get("questions"), documents["rulebook"], entitlements.values())
        name, effective_from = (
            self.string(head.get("name"), "name"),
            self.day(head.get("effective-from"), "effective-from"),
        )
        title = self._plain(head.get("title"), "title")
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
            entitlements,
            self.schema,
            Meaning(Context(calendars, package_calendars, leap_anniversary), self.schema.domains),
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

    def _plain(self, node: Node | None, what: str) -> Text:
        """A text in both languages that stands for itself: no expression can be in it."""
        return self.text(node, what)

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
            title = self._plain(fields.get("title"), "title")
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
                severities[number] = self._plain(value, f"severity {key}")
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
                    values[name][declared] = self._plain(value, f"`{key}`")
        return values

    def _holds_integers(self, domain: str) -> bool:
        """Whether the fields whose values a domain declares are whole numbers."""
        records = [kind.record for kind in self.schema.facts.values() if kind.record is not None]
        fields = [field.type for record in records for field in fields_of(record).values()]
        return any(kind.domain == domain and kind.name == "integer" for kind in fields)

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
            titles[key] = self._plain(fields.get("title"), "title")
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
        return Assumption(
            key, self._plain(fields.get("reading"), "reading"), self._plain(fields.get("reason"), "reason")
        )

    def _entitlement(
        self,
        key: str,
        node: Node,
        packages: Mapping[str, Package],
        areas: Mapping[str, Text],
        assumptions: Mapping[str, Assumption],
        common: Node | None,
    ) -> Entitlement:
        fields = self.fields(
            node,
            f"option `{key}`",
            ("since", "area", "title", "promise", "source"),
            ("values", "requires", "obligations"),
        )
        since = self.choice(fields.get("since"), "package", packages)
        area = self.choice(fields.get("area"), "area", {name: name for name in areas})
        constants = self._constants(fields.get("values"))
        # A package that is wrong is reported once, here, and not again wherever `since` is used.
        constants["since"] = Literal(since.id if since is not None else next(iter(packages), ""), PACKAGE)
        requires = {name: value for name, _, value in self.named(common, "requires")}
        requires |= {name: value for name, _, value in self.named(fields.get("requires"), "requires")}
        conditions = [self._condition_once(name, value, constants, assumptions) for name, value in requires.items()]
        obligations = [
            self._obligation(name, value, constants)
            for name, _, value in self.named(fields.get("obligations"), "obligations")
        ]
        return Entitlement(
            key,
            since.id if since is not None else "",
            area or "",
            self._plain(fields.get("title"), "title"),
            self._plain(fields.get("promise"), "promise"),
            self.strings(fields.get("source"), "source"),
            tuple(condition for condition in conditions if condition is not None),
            tuple(obligations),
        )

    def _constants(self, node: Node | None) -> dict[str, Literal]:
        constants = {}
        for key, key_node, value in self.named(node, "values"):
            name = key.replace("-", "_")
            if name in (*self.schema.facts, *FUNCTIONS, "since"):
                self.problem(key_node, f"the name `{key}` has a meaning already", "choose another name")
            number = self.integer(value, f"the value `{key}`")
            constants[name] = Literal(number or 0, INTEGER)
        return constants

    def _condition_once(
        self, key: str, node: Node, constants: Mapping[str, Literal], assumptions: Mapping[str, Assumption]
    ) -> Condition | None:
        """A condition, which options with the same constants share if it is common to them."""
        place = (id(node), *constants.items())
        if place not in self.read_before:
            self.read_before[place] = self._condition(key, node, constants, assumptions)
        return self.read_before[place]

    def _condition(
        self, key: str, node: Node, constants: Mapping[str, Literal], assumptions: Mapping[str, Assumption]
    ) -> Condition | None:
        fields = self.fields(node, f"condition `{key}`", ("when", "requirement", "otherwise"), ("source", "assumption"))
        sources = self.strings(fields.get("source"), "source")
        readings = [self.choice(item, "assumption", assumptions) for item in self.one_or_more(fields.get("assumption"))]
        if not sources and not readings:
            self.problem(node, f"condition `{key}` cites no clause", "add `source:` with its words, or `assumption:`")
        when = self.condition(fields.get("when"), self.schema, constants)
        requirement = self.text(fields.get("requirement"), "requirement", self.schema, constants)
        otherwise = self.text(fields.get("otherwise"), "otherwise", self.schema, constants)
        if when is None:
            return None
        return Condition(
            key, when, requirement, otherwise, sources, tuple(item for item in readings if item is not None)
        )

    def _obligation(self, key: str, node: Node, constants: Mapping[str, Literal]) -> Obligation:
        fields = self.fields(node, f"obligation `{key}`", ("text", "source"))
        text = self.text(fields.get("text"), "text", self.schema, constants)
        return Obligation(key, text, self.strings(fields.get("source"), "source"))

    def _questions(self, node: Node | None, root: Node, entitlements: Iterable[Entitlement]) -> dict[str, Text]:
        """What to ask for each fact: every fact that a condition reads must have its question."""
        questions = {}
        if isinstance(node, MappingNode):
            for path, (key_node, value) in node.entries.items():
                if self.schema.type_at(path) is None:
                    known = [
                        f"{name}.{part}"
                        for name, kind in self.schema.facts.items()
                        for part in self.schema.members(kind)
                    ]
                    self.problem(key_node, f"unknown fact `{path}`", did_you_mean(path, [*known, *self.schema.facts]))
                questions[path] = self._plain(value, f"the question for `{path}`")
            read = {path for item in entitlements for path in item.asks}
            for path in sorted(read - set(questions)):
                self.problem(node, f"no question for `{path}`, which a condition reads", f"add `{path}:`")
        elif node is not None:
            self.problem(node, "questions must be keys with values")
        return questions
