"""Sees that files are written, copied, packed and removed in one room only: ``bayescore.files``.

Everything else calls that room, which follows no link and no name that could be foreseen.  Prints each other
place with its line and exits with 1.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOM = "core/bayescore/files/"
# places that may, and why
EXCEPTIONS = {
    "core/bayescore/trials/supervisor/__main__.py": "runs alone, without the rest of the package",
    "core/bayescore/trials/supervisor/bounded_log.py": "runs alone, without the rest of the package",
    "core/bayescore/store/rescue.py": "works on copies of its own store in a folder that it has just made",
}
MODULES = {"tarfile", "zipfile"}
# functions of os and shutil, and methods of paths
FUNCTIONS = {
    "os": {"open", "link", "symlink", "truncate", "mkfifo", "mknod", "removedirs"},
    "shutil": {"copy", "copy2", "copyfile", "copytree", "move", "rmtree", "make_archive", "unpack_archive"},
}
METHODS = {"write_text", "write_bytes", "symlink_to", "hardlink_to", "touch"}


def main() -> int:
    """Check; 0 when there is no such place."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}: use bayescore.files"
        for folder in ("core", "desktop")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not _is_allowed(path.relative_to(ROOT).as_posix())
        for line, what in _places(ast.parse(path.read_text(encoding="utf-8")))
    ]
    print("\n".join(found) or "Files are written in one room.")
    return int(bool(found))


def _is_allowed(path: str) -> bool:
    return path.startswith(ROOM) or path in EXCEPTIONS


def _places(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]:
                if name in MODULES:
                    yield node.lineno, str(name)
        if isinstance(node, ast.ImportFrom) and node.module in FUNCTIONS:
            for alias in node.names:
                if alias.name in FUNCTIONS[node.module]:
                    yield node.lineno, f"{node.module}.{alias.name}"
        if isinstance(node, ast.Call) and (what := _call(node)):
            yield node.lineno, what


def _call(call: ast.Call) -> str | None:
    """What a call writes, copies or removes with; ``None`` when it does not."""
    function = call.func
    if isinstance(function, ast.Name):
        return "open for writing" if function.id == "open" and _writes(call.args[1:2], call) else None
    if not isinstance(function, ast.Attribute):
        return None
    module = function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr in FUNCTIONS.get(module, ()):
        return f"{module}.{function.attr}"
    if function.attr in METHODS:
        return function.attr
    if function.attr == "open" and module not in FUNCTIONS and _writes(call.args[:1], call):
        return "open for writing"
    return None


def _writes(positional: list[ast.expr], call: ast.Call) -> bool:
    """Whether a mode that is given writes."""
    modes = [*positional, *(k.value for k in call.keywords if k.arg == "mode")]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))
        for mode in modes
    )


if __name__ == "__main__":
    sys.exit(main())
