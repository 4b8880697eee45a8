"""The mutants of a module: mutmut's small changes, each made in a copy of its source."""

import textwrap
from collections.abc import Iterator

import attrs
import libcst as cst
from mutmut.mutation.file_mutation import deep_replace
from mutmut.mutation.mutators import mutation_operators


@attrs.frozen
class Mutant:
    """One change of a module: the function it is in, the lines before and after it, and what the module is then."""

    module: str
    function: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        lines = [f"- {line}" for line in self.before.splitlines()] + [f"+ {line}" for line in self.after.splitlines()]
        return "\n".join(line.rstrip() for line in (f"@ {self.module} {self.function}", *lines))


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree, finder = cst.parse_module(source), _Finder()
    tree.visit(finder)
    for function, node, changed in finder.found:
        mutated = cst.ensure_type(deep_replace(tree, node, changed), cst.Module).code
        before, after = source.splitlines(), mutated.splitlines()
        while before and after and before[0] == after[0]:
            del before[0], after[0]
        while before and after and before[-1] == after[-1]:
            del before[-1], after[-1]
        yield Mutant(module, function, *(textwrap.dedent("\n".join(lines)) for lines in (before, after)), mutated)


class _Finder(cst.CSTVisitor):
    """Finds what can be changed, in which function, and to what."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _means_nothing(node):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.inside.append(node.name.value)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(".".join(self.inside) or "-", node, changed) for changed in operator(node)]
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.inside.pop()


def _means_nothing(node: cst.CSTNode) -> bool:
    """Whether no change of a part can be noticed: types, ``__all__``, the size of a cache, what is never reached.

    As in mutmut, ``isinstance`` and ``len`` stay as they are.
    """
    match node:
        case cst.Annotation() | cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="__all__"))]):
            return True
        case cst.If(test=cst.Name(value="TYPE_CHECKING")):
            return True
        case cst.If(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise(exc=exc)])]), orelse=None):
            return isinstance(exc, cst.Call) and isinstance(exc.func, cst.Name) and exc.func.value == "AssertionError"
        case cst.Raise(exc=cst.Call(func=cst.Name(value="AssertionError"))):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Subscript()):
            return name.lstrip("_")[:1].isupper() and not name.isupper()  # the name of a type
        case cst.Assign(value=cst.Call(func=cst.Name(value="TypeVar"))):
            return True
        case cst.Call(func=cst.Name(value="cast" | "isinstance" | "len" | "lru_cache")):
            return True
    return False
