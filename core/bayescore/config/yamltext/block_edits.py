"""Edits of lists and mappings in block style; each returns the whole edited text."""

from __future__ import annotations

from itertools import pairwise

from bayescore.config.yamltext.lines import Lines
from bayescore.config.yamltext.nodes import Kind, Node

Span = tuple[int, int]


def spans(source: str, node: Node) -> list[Span]:
    """Start (of the key or the dash) and end (of the value) of each child."""
    if node.kind is Kind.MAPPING:
        return [(e.key.outer_start, max(e.key.end, e.value.end)) for e in node.entries]
    lines = Lines(source)
    column = lines.column(node.start)
    result: list[Span] = []
    for item in node.items:
        dash = node.start if not result else _next_dash(source, lines, result[-1][1], column)
        result.append((dash, max(item.end, dash + 1)))
    return result


def _next_dash(source: str, lines: Lines, after: int, column: int) -> int:
    at = lines.next(after)
    while at < len(source) and (
        source[at + column : at + column + 1] != "-" or source[at : at + column].strip()
    ):
        at = lines.next(at)
    return at + column


def indented(written: list[str], column: int, break_: str) -> str:
    """Join lines; all but the first are indented by ``column``."""
    return (break_ + " " * column).join(written)


def insert(source: str, node: Node, index: int, written: list[str]) -> str:
    """Insert lines before the child at ``index``; comments above that child stay with it."""
    lines = Lines(source)
    children = spans(source, node)
    column = lines.column(children[0][0])
    break_ = lines.break_near(children[0][0])
    new = indented(written, column, break_)
    if index == 0:
        at = children[0][0]
        return source[:at] + new + break_ + " " * column + source[at:]
    at = lines.end(children[index - 1][1])
    return source[:at] + break_ + " " * column + new + source[at:]


def remove(source: str, node: Node, index: int) -> str:
    """Remove one of several children, with the comment on its line."""
    lines = Lines(source)
    children = spans(source, node)
    start, end = children[index]
    if lines.is_inline(start):  # the first key after a dash: the next one takes its place
        follower = children[index + 1][0]
        return source[:start] + source[end if "#" in source[end:follower] else follower :]
    first, last = lines.start(start), lines.next(end)
    if last == len(source) and lines.end(end) == len(source) and index:
        first = lines.end(children[index - 1][1])
        kept = source[lines.next(first) : lines.start(start)]
        return source[: lines.next(first)] + kept.rstrip("\r\n") if kept.strip() else source[:first]
    return source[:first] + source[last:]


def remove_only(source: str, node: Node, value_at: int | None) -> str:
    """Remove the only child; ``{}`` or ``[]`` remains.

    ``value_at`` is the offset after the colon of the collection's key; ``None`` for the root and for an item
    of a list.
    """
    lines = Lines(source)
    start, end = spans(source, node)[0]
    empty = "{}" if node.kind is Kind.MAPPING else "[]"
    if value_at is None:
        return source[:start] + empty + source[end:]
    between = source[value_at:start]
    if "#" not in between:
        return source[:value_at] + " " + empty + source[end:]
    rest = source[end : lines.end(end)]
    after = lines.next(end) if not rest.strip() else end + len(rest) - len(rest.lstrip())
    return source[:value_at] + " " + empty + source[value_at : lines.start(start)] + source[after:]


def move(source: str, node: Node, index: int, to: int) -> str:
    """Reorder children; comments above a child move with it."""
    lines = Lines(source)
    children = spans(source, node)
    column = lines.column(children[0][0])
    first = children[0][0] - (0 if lines.is_inline(children[0][0]) else column)
    bounds = [first, *(lines.next(end) for _, end in children)]
    chunks = [source[a:b] for a, b in pairwise(bounds)]
    inline, open_end = first == children[0][0], not chunks[-1].endswith(("\n", "\r"))
    if inline:
        chunks[0] = " " * column + chunks[0]
    if open_end:
        chunks[-1] += lines.break_near(first)
    chunks.insert(to, chunks.pop(index))
    result = "".join(chunks)
    if inline:
        result = result[column:]
    if open_end:
        result = result.removesuffix("\n").removesuffix("\r")
    return source[:first] + result + source[bounds[-1] :]
