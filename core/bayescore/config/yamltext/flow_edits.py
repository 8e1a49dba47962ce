"""Edits inside ``[…]`` and ``{…}``; each returns the whole edited text."""

from __future__ import annotations

import re

from bayescore.config.yamltext.nodes import Entry, Kind, Node

_SEPARATOR = re.compile(r"\s*,[ \t]*")
Span = tuple[int, int]


def spans(source: str, node: Node) -> list[Span]:
    """Start and end of each child of a flow collection."""
    if node.kind is Kind.MAPPING:
        return [(e.key.outer_start, _end(source, e)) for e in node.entries]
    return [(item.outer_start, item.end) for item in node.items]


def _end(source: str, entry: Entry) -> int:
    """End of an entry, with the space after an empty value: ``{a:, b}`` does not parse."""
    end = max(entry.key.end, entry.value.end)
    if entry.value.start == entry.value.end and source[end : end + 1] == " ":
        return end + 1
    return end


def insert(source: str, node: Node, index: int, written: str) -> str:
    """Insert ``written`` before the child at ``index``."""
    children = spans(source, node)
    if not children:
        at = node.start + 1
        return source[:at] + written + source[at:]
    if index < len(children):
        at = children[index][0]
        return source[:at] + written + ", " + source[at:]
    at = children[-1][1]
    return source[:at] + ", " + written + source[at:]


def remove(source: str, node: Node, index: int) -> str:
    """Remove the child at ``index`` and one comma; comments are kept."""
    children = spans(source, node)
    start, end = children[index]
    if index + 1 < len(children) and "#" not in source[end : children[index + 1][0]]:
        end = children[index + 1][0]
    elif match := _SEPARATOR.match(source, end):
        end = match.end()
    elif index:
        between = source[children[index - 1][1] : start]
        start = start if "#" in between else children[index - 1][1]
        if "#" in between:
            comma = source.index(",", children[index - 1][1])
            return source[:comma] + source[comma + 1 : start] + source[end:]
    return source[:start] + source[end:]


def move(source: str, node: Node, index: int, to: int) -> str:
    """Reorder children; commas and comments keep their positions."""
    children = spans(source, node)
    texts = [source[a:b] for a, b in children]
    texts.insert(to, texts.pop(index))
    result, at = [], node.start
    for (start, end), written in zip(children, texts, strict=True):
        result += [source[at:start], written]
        at = end
    return source[: node.start] + "".join(result) + source[at:]
