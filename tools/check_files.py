"""Checks that only ``bayescore.files`` writes, copies, packs and removes files.

That package follows no links and uses no predictable names.  Prints the file and line of each violation and
exits with 1.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "core/bayescore/files/"
# allowed files and the reason
EXCEPTIONS = {
    "core/bayescore/trials/supervisor/__main__.py": "runs without the rest of the package",
    "core/bayescore/trials/supervisor/bounded_log.py": "runs without the rest of the package",
    "core/bayescore/store/recovery.py": "works on copies of the store in a folder that it has created",
}
MODULES = {"tarfile", "zipfile"}
# functions of os and shutil, and methods of paths
FUNCTIONS = {
    "os": {"open", "link", "symlink", "truncate", "mkfifo", "mknod", "removedirs"},
    "shutil": {"copy", "copy2", "copyfile", "copytree", "move", "rmtree", "make_archive", "unpack_archive"},
}
METHODS = {"write_text", "write_bytes", "symlink_to", "hardlink_to", "touch"}


def main() -> int:
    """Print violations; return 1 when there are any."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}: use bayescore.files"
        for folder in ("core", "desktop")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not _is_allowed(path.relative_to(ROOT).as_posix())
        for line, what in _violations(ast.parse(path.read_text(encoding="utf-8")))
    ]
    print("\n".join(found) or "Only bayescore.files writes files.")
    return int(bool(found))


def _is_allowed(path: str) -> bool:
    return path.startswith(PACKAGE) or path in EXCEPTIONS


def _violations(tree: ast.AST) -> Iterator[tuple[int, str]]:
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
    """Name of the writing function that a call uses; ``None`` when it writes nothing."""
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
    """Whether the call passes a mode that writes."""
    modes = [*positional, *(k.value for k in call.keywords if k.arg == "mode")]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))
        for mode in modes
    )


if __name__ == "__main__":
    sys.exit(main())
