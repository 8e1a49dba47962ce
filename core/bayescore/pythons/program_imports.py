"""The packages that a program imports, by reading its source and that of the project's own modules."""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bayescore.config import shell
from bayescore.files import read_text
from bayescore.pythons.interpreter import is_environment, names_in

_MOST_FILES = 500
_MOST_BYTES = 2**19  # of one file
_MOST_BYTES_IN_ALL = 2**22  # parsing takes about a second per MiB
_MOST_SCRIPT_BYTES = 2**16
_MOST_FOLDERS = 2000
_NOT_THE_PROGRAM = {"tests", "test", "docs", "doc", "node_modules", "site-packages", "build", "dist"}
_NOT_A_PROGRAM = {"setup.py", "conftest.py", "noxfile.py"}
# Part of earlier versions; a program that imports one of them needs no package.
_STANDARD = sys.stdlib_module_names | {"asynchat", "asyncore", "cgi", "distutils", "imp", "smtpd"}
# A command with one of these does not use the interpreter that the settings choose.
_OTHER_INTERPRETER = re.compile(
    r"\b(uv|poetry|pipenv|conda|mamba|micromamba|pixi|hatch) run\b|\bactivate\b"
    r"|/(bin/)?python[\d.]*(?=\s|$)|(?<![\w./-])python(2|[23]\.\d+)(?=\s|$)"
)
_ABSENT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_HOLDS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
_SOURCE = "<program>"
# Python would print one for each "\\d" of a program that is only read.
warnings.filterwarnings("ignore", category=SyntaxWarning, module=re.escape(_SOURCE))
_PROVIDED = {"openbayestool", "__main__"}


def programs_of(command: str, project: Path) -> tuple[Path, ...]:
    """The project's Python files that a command starts, also through its shell scripts.

    Empty if the command does not say, or names an interpreter of its own.
    """
    found: dict[Path, None] = {}
    for simple, folder in _commands(command, project):
        if _OTHER_INTERPRETER.search(" ".join(simple)):
            return ()
        for before, word in pairwise(["", *simple]):
            found.update(dict.fromkeys(_started(folder, word, is_module=before == "-m")))
    return tuple(file for file in found if _is_below(file, project))


def _commands(command: str, project: Path) -> Iterator[tuple[list[str], Path]]:
    """The words of simple commands, and the folder in which each runs; those of shell scripts follow."""
    folder = project
    for simple in shell.read(command).commands:
        words = [word.text for word in simple.words]
        if words[0] == "cd" and len(words) > 1:
            folder = folder / words[1]
        yield words, folder
        for script in (folder / word for word in words if word.endswith(".sh")):
            if _is_below(script, project):
                for inner in shell.read(_read(script, _MOST_SCRIPT_BYTES)).commands:
                    yield [word.text for word in inner.words], folder


def imported(project: Path, programs: Sequence[Path] = ()) -> tuple[str, ...]:
    """Top-level names of the packages that a program needs, sorted.

    Neither the standard library nor the project's own modules are among them, nor what is imported with an
    alternative (``try: … except ImportError``) or for type checkers, nor what a function of another module
    than the program imports.

    Parameters
    ----------
    programs
        What is started; by default everything in the project but its tests.
    """
    project = project.absolute()
    reading = _Reading(project, deque(programs or _sources(project)), frozenset(programs))
    return tuple(sorted(reading.run()))


@dataclass
class _Reading:
    project: Path
    pending: deque[Path]
    programs: frozenset[Path]
    found: set[str] = field(default_factory=set)

    def run(self) -> set[str]:
        seen: set[Path] = set()
        left = _MOST_BYTES_IN_ALL
        while self.pending and len(seen) < _MOST_FILES and left > 0:
            file = self.pending.popleft()
            if file in seen:
                continue
            seen.add(file)
            source = _read(file, _MOST_BYTES)
            left -= len(source)
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                self._add(file, ast.parse(source, _SOURCE))
        return self.found

    def _add(self, file: Path, tree: ast.Module) -> None:
        for node in _imports(tree, in_functions=file in self.programs):
            if isinstance(node, ast.Import):
                for each in node.names:
                    self._import(file, each.name.split("."))
            elif node.level:
                names = [alias.name for alias in node.names]
                folder = file.parents[min(node.level, len(file.parents)) - 1]
                self._follow(folder, [part for part in (node.module or "").split(".") if part], names)
            elif node.module:
                self._import(file, node.module.split("."), [alias.name for alias in node.names])

    def _import(self, file: Path, parts: list[str], names: Sequence[str] = ()) -> None:
        top = parts[0]
        if top in _STANDARD or top in _PROVIDED:
            return
        own = next((folder for folder in self._own_folders(file) if _modules(folder, top)), None)
        if own is None:
            self.found.add(top)
        elif self.programs:  # else each file is read anyway
            self._follow(own, parts, names)

    def _own_folders(self, file: Path) -> Iterator[Path]:
        """Where modules of the project may be: beside the file, above it, and in ``src``."""
        for folder in file.parents:
            if not _is_below(folder, self.project):
                break
            yield folder
        yield self.project / "src"

    def _follow(self, folder: Path, parts: Sequence[str], names: Sequence[str]) -> None:
        """Read the modules on the way to ``a.b``, and ``a.b.c`` for ``from a.b import c``."""
        for part in parts:
            self.pending.extend(_modules(folder, part))
            folder = folder / part
        for name in names:
            self.pending.extend(_modules(folder, name))


def _imports(tree: ast.AST, *, in_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that a module needs."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.Try) and _expects_none(node):
            pending += [*node.orelse, *node.finalbody]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            pending += node.orelse
        elif in_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending += (each for each in ast.iter_child_nodes(node) if isinstance(each, _HOLDS_STATEMENTS))


def _expects_none(node: ast.Try) -> bool:
    """Whether a ``try`` continues without what it imports."""
    types = [each for handler in node.handlers for each in _alternatives(handler.type)]
    names = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", None) for each in types}
    is_bare = any(handler.type is None for handler in node.handlers)
    return is_bare or not names.isdisjoint(_ABSENT)


def _alternatives(caught: ast.expr | None) -> list[ast.expr]:
    if caught is None:
        return []
    return caught.elts if isinstance(caught, ast.Tuple) else [caught]


def _modules(folder: Path, name: str) -> list[Path]:
    """The files of a module in a folder; of a package without ``__init__.py``, its first file."""
    if (file := folder / f"{name}.py").is_file():
        return [file]
    if not (package := folder / name).is_dir():
        return []
    if (file := package / "__init__.py").is_file():
        return [file]
    return [package / each for each in names_in(package) if each.endswith(".py")][:1]


def _started(folder: Path, word: str, *, is_module: bool) -> list[Path]:
    if is_module:
        place = word.replace(".", "/")
        roots = (folder, folder / "src")
        files = [root / f"{place}{end}" for root in roots for end in (".py", "/__main__.py")]
        return [file for file in files if file.is_file()][:1]
    return [file] if word.endswith(".py") and (file := folder / word).is_file() else []


def _sources(project: Path) -> Iterator[Path]:
    """Python files of a project, breadth first, without its tests and its environments."""
    pending = deque([project])
    for _count in range(_MOST_FOLDERS):
        if not pending:
            return
        folder = pending.popleft()
        for name in names_in(folder):
            path = folder / name
            if name.endswith(".py") and name not in _NOT_A_PROGRAM and not name.startswith("test_"):
                yield path
            elif name.startswith((".", "__")) or name in _NOT_THE_PROGRAM or path.is_symlink():
                continue
            elif path.is_dir() and not is_environment(path):
                pending.append(path)


def _read(file: Path, limit: int) -> str:
    with suppress(OSError):
        return read_text(file, limit)
    return ""


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.normpath(path)).is_relative_to(folder)
