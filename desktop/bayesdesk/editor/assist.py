"""What could stand at a place of the text, found by its indentation, so that it works while one types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayesdesk.editor.explanations import explain, keys_at, values_of

_LONGEST = 2000  # characters of a line that help is offered in
_LINE = re.compile(r"^(?P<lead>\s*(?:- +)*)(?P<rest>.*)$")
_KEY = re.compile(r"^(?P<key>[\w.\"'-]+)\s*:(?:\s+(?P<value>.*))?$")
_TOKEN = re.compile(r"[\w./:+-]*$")


@dataclass(frozen=True)
class Place:
    """Where the caret stands.

    Attributes
    ----------
    path
        Keys of the mappings around it.
    key
        The key whose value is being written; ``None`` where a key is.
    prefix
        What has been typed of the word.
    """

    path: tuple[str, ...]
    key: str | None
    prefix: str


@dataclass(frozen=True)
class Completion:
    """A word, what it means, and what is written in place of the prefix."""

    word: str
    meaning: str
    written: str


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
        if not line.strip() or line.lstrip().startswith("#"):
            continue
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
    return tuple(path)


def _dash(line: str) -> int:
    return line.index("-") if "-" in line else len(line) - len(line.lstrip())


def completions(
    place: Place, words: Mapping[str, Sequence[str]], *, local: bool = False
) -> tuple[Completion, ...]:
    """Words that begin with what was typed; ``words`` are those of this project, by key."""
    folded = place.prefix.casefold()
    if place.key is None:
        keys = keys_at(place.path, local=local)
        return tuple(Completion(k, m, f"{k}: ") for k, m in keys.items() if k.startswith(folded))
    offered = [*values_of(place.path, place.key), *words.get(place.key, ())]
    matching = [w for w in dict.fromkeys(offered) if w.casefold().startswith(folded)]
    return tuple(Completion(word, "", word) for word in matching)


def meaning_at(lines: Sequence[str], row: int, column: int, *, local: bool = False) -> str:
    """What the key under a point means; empty when the point is on none."""
    match = _LINE.match(lines[row])
    assert match is not None
    found = _KEY.match(match["rest"])
    if found is None or not len(match["lead"]) <= column <= len(match["lead"]) + len(found["key"]):
        return ""
    path = _path(lines, row, len(match["lead"]), is_item="-" in match["lead"])
    return explain((*path, found["key"].strip("\"'")), local=local)
