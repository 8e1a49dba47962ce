"""Completions for a place of the text. The place is found by indentation, which works in invalid YAML too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayesdesk.editor.explanations import explain, keys_at, values_of

_LONGEST = 2000  # characters; longer lines get no completions
_LINE = re.compile(r"^(?P<lead>\s*(?:- +)*)(?P<rest>.*)$")
_KEY = re.compile(r"^(?P<key>[\w.\"'-]+)\s*:(?:\s+(?P<value>.*))?$")
_TOKEN = re.compile(r"[\w./:+-]*$")


@dataclass(frozen=True)
class Place:
    """The caret's place in the document.

    Attributes
    ----------
    path
        Keys of the mappings around it.
    key
        The key whose value is being written; ``None`` where a key is.
    prefix
        The typed start of the word.
    """

    path: tuple[str, ...]
    key: str | None
    prefix: str


@dataclass(frozen=True)
class Completion:
    """A key or value, its description, and the text that replaces the prefix."""

    label: str
    description: str
    inserted: str


def place_of(lines: Sequence[str], row: int, column: int) -> Place:
    """Place of a caret at ``column`` of line ``row`` (both from 0)."""
    before = lines[row][:column]
    if len(before) > _LONGEST:
        return Place((), None, "")
    match = _LINE.match(before)
    assert match is not None
    lead, rest = match["lead"], match["rest"]
    found = _KEY.match(rest)
    path = _path(lines, row, len(lead), is_item="-" in lead)
    token = _TOKEN.search(before)
    prefix = token[0] if token else ""
    if found is not None and (found["value"] is not None):
        return Place(path, found["key"].strip("\"'"), prefix)
    item_of = path[-1] if path and "-" in lead and found is None else None
    if item_of is not None and not keys_at(path):
        return Place(path[:-1], item_of, prefix)
    return Place(path, None, prefix)


def _path(lines: Sequence[str], row: int, indent: int, *, is_item: bool) -> tuple[str, ...]:
    path: list[str] = []
    if is_item:
        indent = _dash(lines[row])
    may_equal = is_item
    for line in reversed(lines[:row]):
        if line[: indent + 1].isspace() or not line.strip() or line.lstrip().startswith("#"):
            continue  # deeper lines are the most, and cost the least
        match = _LINE.match(line)
        assert match is not None
        lead, found = match["lead"], _KEY.match(match["rest"])
        item, at = "-" in lead, len(lead)
        if item and at == indent:
            indent, may_equal = _dash(line), True
        elif found is not None and not item and (at < indent or (may_equal and at == indent)):
            path.insert(0, found["key"].strip("\"'"))
            indent, may_equal = at, False
        elif found is not None and item and at < indent:
            path.insert(0, found["key"].strip("\"'"))
            indent, may_equal = _dash(line), True
        if indent == 0 and not may_equal:
            break  # the root
    return tuple(path)


def _dash(line: str) -> int:
    return line.index("-") if "-" in line else len(line) - len(line.lstrip())


def completions(
    place: Place, project_values: Mapping[str, Sequence[str]], *, local: bool = False
) -> tuple[Completion, ...]:
    """Completions of the prefix.

    Parameters
    ----------
    project_values
        Values that this project knows, by key.
    """
    folded = place.prefix.casefold()
    if place.key is None:
        keys = keys_at(place.path, local=local)
        return tuple(Completion(k, m, f"{k}: ") for k, m in keys.items() if k.startswith(folded))
    offered = [*values_of(place.path, place.key), *project_values.get(place.key, ())]
    matching = [v for v in dict.fromkeys(offered) if v.casefold().startswith(folded)]
    return tuple(Completion(value, "", value) for value in matching)


def describe(lines: Sequence[str], row: int, column: int, *, local: bool = False) -> str:
    """Description of the key at a point of the text; empty when there is no key."""
    match = _LINE.match(lines[row])
    assert match is not None
    found = _KEY.match(match["rest"])
    if found is None or not len(match["lead"]) <= column <= len(match["lead"]) + len(found["key"]):
        return ""
    path = _path(lines, row, len(match["lead"]), is_item="-" in match["lead"])
    return explain((*path, found["key"].strip("\"'")), local=local)
