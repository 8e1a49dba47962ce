"""The parameters of a program that uses Hydra, from its configuration files.

Source: Hydra 1.3, "Configuring an application" and "The Defaults List".
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bayescore.config import YamlDocument
from bayescore.exchange.declared_options import Option, called, literal

HYDRA_FORM = "{name}={value}"
_MOST_FILES = 100
Read = Callable[[str], str | None]


def hydra_options(tree: ast.AST, read: Read) -> list[Option] | None:
    """Every number and text of the configuration; ``None`` for a program without ``hydra.main``.

    Parameters
    ----------
    read
        Returns the text of a file, given its path from the program's folder; ``None`` without such a file.
    """
    main = _main(tree)
    if main is None:
        return None
    given = {k.arg: literal(k.value) for k in main.keywords}
    values = [literal(a) for a in main.args]
    folder = given.get("config_path", values[0] if values else None) or "."
    name = given.get("config_name", values[1] if len(values) > 1 else None)
    if not isinstance(folder, str) or not isinstance(name, str):
        return []
    found: dict[str, Any] = {}
    _read_config(read, folder, name, "", found, set())
    return [Option(n, _kind(value), value) for n, value in found.items()]


def _kind(value: Any) -> str:
    return "truth" if isinstance(value, bool) else type(value).__name__


def _main(tree: ast.AST) -> ast.Call | None:
    for node in ast.walk(tree):
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(decorator, ast.Call) and called(decorator) == "main":
                owner = getattr(decorator.func, "value", None)
                if getattr(owner, "id", "") == "hydra":
                    return decorator
    return None


def _read_config(
    read: Read, folder: str, name: str, package: str, found: dict[str, Any], seen: set[str]
) -> None:
    """Add the values of a configuration file and of those in its defaults list."""
    path = posixpath.normpath(f"{folder}/{name.removesuffix('.yaml')}.yaml")
    if path in seen or len(seen) > _MOST_FILES:
        return
    seen.add(path)
    content = read(path)
    data = YamlDocument.parse(content).data if content is not None else None
    if not isinstance(data, dict):
        return
    defaults = data.get("defaults")
    for entry in defaults if isinstance(defaults, list) else ():
        for group, chosen in entry.items() if isinstance(entry, dict) else ():
            plain = str(group).removeprefix("optional ").partition("@")[0]
            if isinstance(chosen, str) and not plain.startswith(("override ", "hydra")):
                inside = f"{package}{plain.replace('/', '.')}."
                _read_config(read, f"{folder}/{plain}", chosen, inside, found, seen)
    own = {key: value for key, value in data.items() if key not in ("defaults", "hydra")}
    found.update(_flat(own, package))


def _flat(data: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, bool | int | float | str) and not str(value).startswith("${"):
            yield f"{prefix}{key}", value
