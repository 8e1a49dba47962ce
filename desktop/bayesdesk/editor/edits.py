"""Edits that the form makes: functions from a document to the smallest edit of its text, without Qt."""

from __future__ import annotations

from typing import Any

from bayescore.config import Edit, YamlDocument
from bayescore.config.yamltext import Kind, Path
from bayescore.config.yamltext.scalars import resolve

SPECS: Path = ("hyper_tuning", "parameter_specs")
NOTHING = Edit(0, "", "")
_RANGE_KEYS = ("min_value", "max_value", "scale_type")
_LIST_KEYS = ("discrete_values", "categorical_values")


def value_at(document: YamlDocument, path: Path) -> Any:
    """Data at a path, ``None`` when there is none."""
    data: Any = document.data
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def set_value(document: YamlDocument, path: Path, value: Any) -> Edit:
    """Set the value at a path; missing keys on the way are added."""
    if document.node(path) is not None:
        return document.set(path, value)
    return document.add(path[:-1], str(path[-1]), value)


def set_written(document: YamlDocument, path: Path, written: str) -> Edit:
    """Set the value at a path to what was typed, character for character where YAML allows it."""
    value = resolve(written.strip())
    node = document.node(path)
    if (
        node is not None
        and node.kind is Kind.SCALAR
        and node.style in ("", None)
        and not isinstance(value, str)
    ):
        before = document.text[node.start : node.end]
        space = " " if document.text[node.start - 1 : node.start] == ":" else ""
        edit = Edit(node.start, before, space + written.strip())
        after = YamlDocument.parse(edit.apply(document.text))
        if after.error is None and value_at(after, path) == value:
            return edit
    return set_value(document, path, value)


def unset(document: YamlDocument, path: Path) -> Edit:
    """Remove the value at a path and the mappings that become empty."""
    while len(path) > 1:
        parent = value_at(document, path[:-1])
        if not isinstance(parent, dict) or len(parent) != 1:
            break
        path = path[:-1]
    return document.remove(path) if document.node(path) is not None else NOTHING


def rename(document: YamlDocument, path: Path, key: str) -> Edit:
    """Rename a key, unless the name is empty or in use."""
    if not key or value_at(document, (*path[:-1], key)) is not None:
        return NOTHING
    return document.rename(path, key)


def append(document: YamlDocument, path: Path, value: Any) -> Edit:
    """Add an item to the list at a path, which need not exist."""
    items = value_at(document, path)
    if isinstance(items, list) and items:
        return document.insert(path, len(items), value)
    return set_value(document, path, [value])


def add_entry(document: YamlDocument, path: Path, name: str, value: Any) -> Edit:
    """Add a key to the mapping at a path, with a number behind its name if the name is in use."""
    mapping = value_at(document, path)
    used = {str(key) for key in mapping} if isinstance(mapping, dict) else set()
    return set_value(document, (*path, free_name(name, used)), value)


# ---- parameters of the search space


def add_parameter(document: YamlDocument) -> Edit:
    """Add a parameter without errors at the end of the search space."""
    spec = {
        "name": free_name("parameter", _parameter_names(document)),
        "type": "DOUBLE",
        "min_value": 0.0,
        "max_value": 1.0,
        "scale_type": "UNIT_LINEAR_SCALE",
    }
    return document.insert(SPECS, len(value_at(document, SPECS) or []), spec)


def duplicate_parameter(document: YamlDocument, index: int) -> Edit:
    """Add a copy of a parameter below it, with a free name."""
    copy = dict(value_at(document, (*SPECS, index)) or {})
    copy["name"] = free_name(str(copy.get("name") or "parameter"), _parameter_names(document))
    return document.insert(SPECS, index + 1, copy)


def move_parameter(document: YamlDocument, index: int, target: int) -> Edit:
    """Move a parameter to another place in the list; a target outside the list changes nothing."""
    if 0 <= target < len(value_at(document, SPECS) or []) and target != index:
        return document.move((*SPECS, index), target)
    return NOTHING


def change_type(document: YamlDocument, index: int, kind: str) -> Edit:
    """Change a parameter's type: keep what fits, add what the type needs."""
    path = (*SPECS, index)
    return document.set(path, retyped(dict(value_at(document, path) or {}), kind))


def retyped(spec: dict[str, Any], kind: str) -> dict[str, Any]:
    """A spec of another type that keeps as much of the old one as fits."""
    kept: dict[str, Any] = {"name": spec.get("name"), "type": kind}
    values = spec.get("discrete_values") or spec.get("categorical_values") or []
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    low, high = spec.get("min_value"), spec.get("max_value")
    if kind in ("DOUBLE", "INTEGER"):
        low = low if low is not None else min(numbers, default=0)
        high = high if high is not None else max(numbers, default=1)
        if kind == "INTEGER" and isinstance(low, int | float) and isinstance(high, int | float):
            low, high = int(low), max(int(low), int(high))
        kept |= {"min_value": low, "max_value": high}
        kept["scale_type"] = spec.get("scale_type") or "UNIT_LINEAR_SCALE"
    elif kind == "DISCRETE":
        kept["discrete_values"] = numbers or [v for v in (low, high) if v is not None] or [0, 1]
    else:
        kept["categorical_values"] = [str(v) for v in values] or ["a", "b"]
    known = {*kept, *_RANGE_KEYS, *_LIST_KEYS}
    return {**kept, **{k: v for k, v in spec.items() if k not in known}}


def free_name(name: str, used: set[str]) -> str:
    """The name, or the first free one of ``lr_2``, ``lr_3`` …"""
    if name not in used:
        return name
    return next(f"{name}_{n}" for n in range(2, len(used) + 3) if f"{name}_{n}" not in used)


def _parameter_names(document: YamlDocument) -> set[str]:
    return {str(s.get("name")) for s in value_at(document, SPECS) or [] if isinstance(s, dict)}
