"""The modules of a project that a program imports, as texts; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bayescore.files.reading import read_text

_MOST_MODULES = 50  # of a project: those that are imported first
_MAX_BYTES = 2**20


def local_modules(folder: Path, program: str, source: str) -> Iterator[str]:
    """Texts of the modules beside a program that it imports, and of those that they import.

    Parameters
    ----------
    program
        Path of the program in the project's folder.
    source
        The program's text.
    """
    bases = tuple(dict.fromkeys(each.resolve() for each in ((folder / program).parent, folder)))
    pending: list[tuple[Path, str]] = [(bases[0], source)]
    seen: set[Path] = set()
    while pending:
        within, text = pending.pop(0)
        for file in _imported(bases, within, text):
            if file in seen or not file.is_relative_to(bases[-1]):
                continue
            if len(seen) >= _MOST_MODULES:
                return
            seen.add(file)
            with suppress(OSError, ValueError):
                found = read_text(file, _MAX_BYTES)
                yield found
                pending.append((file.parent, found))


def _imported(bases: tuple[Path, ...], within: Path, source: str) -> Iterator[Path]:
    """Files of the modules that a text imports, as far as they are there."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(bases, tuple(alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            around = (within.joinpath(*[".."] * (node.level - 1)),) if node.level else bases
            module = tuple(node.module.split(".")) if node.module else ()
            yield from _files(around, module)
            for alias in node.names:  # a module of a package
                yield from _files(around, (*module, alias.name))


def _files(bases: tuple[Path, ...], names: tuple[str, ...]) -> Iterator[Path]:
    if names and all(name.isidentifier() for name in names):
        for place in (base.joinpath(*names) for base in bases):
            for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
                if file.is_file():
                    yield file.resolve()
