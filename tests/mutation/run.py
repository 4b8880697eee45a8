"""Mutation testing: small changes of the code, one at a time, each of which some test must notice.

The changes are mutmut's. Its own runner leaves out decorated functions (every term of the vocabulary) and the tables of
a module, and forks when the rulebooks have been loaded, so that no change of what loads them would be tried. Here each
mutant has a process of its own, in which the library is imported with that change; it is forked from one that has
imported what others wrote, and ends at the first test that fails, or that takes far longer than it should.

Of all mutants a sample is tried. It is chosen by the text of each, so it is the same every time. Those that survive
must be listed in survivors.txt, with the reason; they count as survivors, and are not tried again.
"""

import gc
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import IO, TypeVar

import attrs
import pytest
from hypothesis import HealthCheck, Phase, settings
from mutants import Mutant, mutants_of

Value = TypeVar("Value")
HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
SOURCE = TESTS.parent / "src" / "xtreme_rules"
SURVIVORS = HERE / "survivors.txt"
FOLDERS = ("language", "decisions", "engines", "coverage")
#: How many of a hundred mutants that were tried must be killed.
FLOOR = 90

_RULES = "test_language test_cases test_special_event test_decisions test_rulebook test_broken_rulebooks"
_HOURS = "test_coverage test_working_time test_rulebook test_broken_rulebooks"
#: By the longest beginning of a module's name that fits: how many of fifty mutants are tried.
SHARE = {"": 12, "engines/frame": 3}
#: In the same way, the files of tests that try them.
FILES = {
    "language": f"{_RULES} test_facts test_fact_classes test_hostile_files",
    "language/moments": "test_when",
    "language/vocabulary": f"{_RULES} test_when test_weekends",
    "decisions": f"{_RULES} test_facts test_remedies",
    "decisions/decision": f"{_RULES} test_facts test_remedies test_when",
    "decisions/remedies": "test_remedies test_cases test_decisions test_special_event",
    "decisions/when": "test_when",
    "engines": f"{_RULES} test_facts test_fact_classes",
    "engines/__init__": f"{_RULES} test_sessions",
    "engines/compiled": f"{_RULES} test_facts test_fact_classes test_agreement",
    "engines/durable": "test_durable test_special_event test_cases test_sessions",
    "engines/frame": "test_frames test_frame_problems test_frame_deadlines test_agreement",
    "coverage": _HOURS,
    "coverage/clock": "test_when test_clock_columns",
    "coverage/clocks": "test_clock_columns test_frame_deadlines",
    "coverage/columns": "test_working_time_columns test_clock_columns",
    "coverage/holidays": f"{_HOURS} test_facts",
    "coverage/layout": f"{_HOURS} test_when",
}
_SLOW = "pyspark or dask or spark or test_the_clock_of_any"
_OTHER_LIBRARIES = "duckdb or lazy or pandas or pyarrow"
_LONG = "large_table or clock_stops or wrong_engine or every_outcome or shrinks"
#: And the tests in those that take too long.
SLOW = {
    "": _SLOW,
    "coverage/clocks": f"{_SLOW} or large_table or test_a_clock_of_any or another_plan or test_a_clock_stops or key",
    "engines/compiled": f"{_SLOW} or {_LONG}",
    "engines/frame": f"{_SLOW} or {_OTHER_LIBRARIES} or {_LONG}",
    "engines/frame/codes": f"{_SLOW} or duckdb or lazy or {_LONG}",
    "engines/frame/sources": f"{_SLOW} or duckdb or lazy or {_LONG}",
    "engines/frame/libraries": f"{_SLOW} or {_LONG}",
}
#: What others wrote.
OTHERS = ("dateutil.relativedelta", "holidays", "narwhals", "numpy", "pandas", "polars", "pyarrow", "yaml")

settings.register_profile(
    "mutation",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPTIONS = (
    *("-x", "-q", "-s", "--tb=no", "--assert=plain", "--hypothesis-profile=mutation"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "unraisableexception", "xdist", "cov")),
)


def of(table: Mapping[str, Value], module: str) -> Value:
    """What a table has for a module."""
    return table[max(filter(module.startswith, table), key=len)]


def words_for(module: str) -> tuple[str, ...]:
    """What pytest is given to try a module."""
    files = (str(TESTS / f"{name}.py") for name in of(FILES, module).split())
    return (*OPTIONS, "-k", f"not ({of(SLOW, module)})", *files)


@attrs.define
class Watch:
    """Puts first the tests that killed most, then those that take the least time; and limits the time of each."""

    kills: Counter[str]
    usual: dict[str, float]
    took: dict[str, float] = attrs.field(factory=dict)
    killer: str = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: (-self.kills[item.nodeid], self.usual.get(item.nodeid, 0)))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_PROF, 5 + 10 * self.usual.get(item.nodeid, 60))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] = self.took.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.killer = report.nodeid


@attrs.define
class Trial:
    """A process that runs the tests on a mutant, or on the code as it is."""

    mutant: Mutant | None
    said: IO[str]
    result: str = ""
    killer: str = ""
    took: dict[str, float] = attrs.field(factory=dict)


def begin(mutant: Mutant | None, words: Sequence[str], watch: Watch) -> tuple[int, Trial]:
    """The process of a trial, and the trial."""
    trial = Trial(mutant, tempfile.TemporaryFile("w+"))  # noqa: SIM115  whoever waits for its end closes it
    if pid := os.fork():
        return pid, trial
    try:
        signal.setitimer(signal.ITIMER_PROF, 60)  # to import and to collect
        signal.alarm(1_200)
        resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        imported = replace(SOURCE / mutant.module, mutant.source) if mutant else ["as it is"]
        status = pytest.main([*words], plugins=[watch])
        json.dump(["" if status else "survived", watch.killer, {} if mutant else watch.took, imported], trial.said)
        trial.said.flush()
    finally:
        os._exit(0)


def replace(path: Path, source: str) -> list[str]:
    """From now on the module at a path is imported as written here. Gives a list, to which its name will be added."""
    imported, usual = list[str](), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        if Path(self.path) != path:
            return usual(self, name)
        imported.append(name)
        return compile(source, self.path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    return imported


def ended(running: dict[int, Trial]) -> Trial:
    """The next trial to end."""
    pid, status = os.wait()
    trial = running.pop(pid)
    with trial.said as said:
        said.seek(0)
        written = said.read()
    if not written:
        signalled = -os.waitstatus_to_exitcode(status)
        trial.result = "timed out" if signalled in (signal.SIGPROF, signal.SIGALRM) else "killed"
        return trial
    trial.result, trial.killer, trial.took, imported = json.loads(written)
    if not imported:
        raise SystemExit(f"no test imports {trial.mutant}")
    trial.result = trial.result or "killed"
    return trial


def listed() -> Counter[str]:
    """The survivors that are known. Each is a paragraph; so is each reason, above those that it is of."""
    paragraphs = map(str.strip, SURVIVORS.read_text().split("\n\n"))
    return Counter(paragraph for paragraph in paragraphs if paragraph.startswith("@ "))


class Run:
    """The trials of the mutants of some modules: those that go on, and the results, by module."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.known = Counter({text: n for text, n in listed().items() if SOURCE / text.split()[1] in paths})
        self.results: dict[str, Counter[str]] = defaultdict(Counter)
        self.found = 0
        self._workers = len(os.sched_getaffinity(0))
        self._running: dict[int, Trial] = {}
        self._kills: Counter[str] = Counter()
        self._usual: dict[tuple[str, ...], dict[str, float]] = {}

    def all(self) -> None:
        """Try every mutant of the sample that is not known to survive."""
        for path in self.paths:
            module = path.relative_to(SOURCE).as_posix()
            mutants = list(mutants_of(module, path.read_text()))
            self.found += len(mutants)
            for mutant in mutants:
                if self.known[str(mutant)]:
                    self.known[str(mutant)] -= 1
                    self.results[module]["listed"] += 1
                elif zlib.crc32(str(mutant).encode()) % 50 < of(SHARE, module):
                    self._try(mutant)
        while self._running:
            self._collect()

    def _try(self, mutant: Mutant) -> None:
        words = words_for(mutant.module)
        while len(self._running) >= (self._workers if words in self._usual else 1):
            self._collect()
        if words not in self._usual:
            pid, trial = begin(None, words, Watch(Counter(), {}))
            as_it_is = ended({pid: trial})
            if as_it_is.result != "survived":
                raise SystemExit(f"without any change, {as_it_is.killer} fails")
            self._usual[words] = as_it_is.took
        pid, trial = begin(mutant, words, Watch(self._kills, self._usual[words]))
        self._running[pid] = trial

    def _collect(self) -> None:
        trial = ended(self._running)
        if trial.mutant is None:
            raise AssertionError(trial)
        self.results[trial.mutant.module][trial.result] += 1
        self._kills[trial.killer] += 1
        if trial.result != "killed":
            print(f"{trial.mutant}\n# {trial.result}\n", flush=True)

    def report(self) -> bool:
        """Say what became of the mutants; whether all is well."""
        good = True
        for folder in FOLDERS:
            modules = [module for module in self.results if module.startswith(f"{folder}/")]
            whole = sum((self.results[module] for module in modules), Counter[str]())
            for name, results in [*((module, self.results[module]) for module in modules), (folder, whole)]:
                tried, killed = results.total(), results["killed"] + results["timed out"]
                if tried:
                    share = 100 * killed / tried
                    print(f"{name:28} {tried:5} tried {killed:5} killed {tried - killed:4} survived {share:6.1f} %")
            good = (
                good and not whole["survived"] and 100 * (whole["killed"] + whole["timed out"]) >= FLOOR * whole.total()
            )
        tried = sum(map(Counter.total, self.results.values()))
        print(f"{tried:,} of {self.found:,} mutants were tried")
        for text in (+self.known).elements():
            print(f"\n{text}\n# is listed, but is no mutant any longer")
        return good and not +self.known


def main(names: Sequence[str]) -> int:
    """Try the mutants of all modules, or of those that are named; 1 if one survives that is not listed."""
    for name in OTHERS:
        importlib.import_module(name)
    gc.freeze()
    run = Run([SOURCE / name for name in names] or [p for f in FOLDERS for p in sorted((SOURCE / f).rglob("*.py"))])
    run.all()
    return not run.report()


if __name__ == "__main__":
    sys.dont_write_bytecode = False
    with tempfile.TemporaryDirectory() as sys.pycache_prefix:  # what a mutant imports is compiled once
        sys.exit(main(sys.argv[1:]))
