"""Parsing YAML into a tree with the position of each key and value.

The tree is built from libyaml's events instead of PyYAML's nodes, which lose the positions of
aliases and drop duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import yaml
from yaml import events as ev

from bayescore.config.yamltext.lines import BOM
from bayescore.config.yamltext.scalars import resolve

Path = tuple[str | int, ...]
MAX_DEPTH = 60  # deeper than any file written by hand; limits recursion
# Characters and nodes of a text with its aliases expanded: nested aliases can expand to more than any
# machine can process.  A text without aliases stays below, because files are limited in size.
MAX_EXPANDED = 2**20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR = str | int | float | None  # a bool is an int
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t\r\n]*)+")


class Kind(StrEnum):
    """Kind of a node."""

    SCALAR = "scalar"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    ALIAS = "alias"


@dataclass(slots=True)
class Entry:
    """A key and its value in a mapping."""

    key: Node
    value: Node


@dataclass(slots=True)
class Node:
    """A node of the tree; ``start`` and ``end`` are offsets into the text, in characters.

    The span excludes an anchor and a tag, which begin at ``outer_start``.  A block collection ends where its
    last child ends. ``written`` is the value of a scalar before its type is determined.
    """

    kind: Kind
    start: int
    end: int
    outer_start: int
    data: Any = None
    flow: bool = False
    style: str = ""
    anchor: str | None = None
    tag: str | None = None
    written: str = ""
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    target: Node | None = None
    used: bool = False
    expanded: int = 1
    by_key: dict[Any, Entry] | None = None

    @property
    def resolved(self) -> Node:
        """The node itself, or the target of an alias."""
        return self.target.resolved if self.target else self

    def entry(self, key: object) -> Entry | None:
        """Entry of a mapping with this key; the last one of duplicates."""
        if self.by_key is None:  # called only after the mapping is complete
            keys = ((e.key.resolved.data, e) for e in self.entries)
            self.by_key = {data: e for data, e in keys if isinstance(data, _SCALAR)}
        return self.by_key.get(key)

    def children(self) -> list[Node]:
        """Nodes directly below, in the order of the text."""
        if self.kind is Kind.MAPPING:
            return [node for e in self.entries for node in (e.key, e.value)]
        return self.items


class YamlSyntaxError(Exception):
    """Invalid YAML: the message of libyaml, and the offset of the error."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset


@dataclass(frozen=True)
class Tree:
    """A parsed text: the root node (``None`` when empty) and the offset of a second document."""

    root: Node | None
    second_document: int | None
    duplicates: tuple[tuple[Path, Node], ...]


def build(source: str) -> Tree:
    """Parse ``source``.

    Raises
    ------
    YamlSyntaxError
        When the text is not valid YAML, is nested deeper than ``MAX_DEPTH``, or expands to more than
        ``MAX_EXPANDED`` with its aliases.
    """
    if source.startswith(BOM):
        return _after_byte_order_mark(source[1:])
    try:
        return _Builder(source).tree()
    except yaml.YAMLError as error:
        raise _syntax_error(error, source) from None
    except UnicodeEncodeError as error:
        raise YamlSyntaxError("unacceptable character", error.start) from None


def _after_byte_order_mark(source: str) -> Tree:
    """Parse a text after its byte order mark, which libyaml does not count."""
    try:
        tree = build(source)
    except YamlSyntaxError as error:
        raise YamlSyntaxError(error.problem, error.offset + 1) from None
    for node in walk(tree.root):
        node.start, node.end, node.outer_start = node.start + 1, node.end + 1, node.outer_start + 1
    return replace(tree, second_document=tree.second_document and tree.second_document + 1)


def walk(node: Node | None) -> Iterator[Node]:
    """A node and its descendants, in the order of the text."""
    if node is not None:
        yield node
        for child in node.children():
            yield from walk(child)


def _syntax_error(error: yaml.YAMLError, source: str) -> YamlSyntaxError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        return YamlSyntaxError(problem, min(mark.index, len(source)) if mark else 0)
    position = getattr(error, "position", 0) or 0
    if getattr(error, "encoding", None) == "utf-8":  # libyaml counts bytes there
        position = len(source.encode("utf-8", "replace")[:position].decode("utf-8", "ignore"))
    return YamlSyntaxError(str(getattr(error, "reason", error)), min(position, len(source)))


class _Builder:
    def __init__(self, source: str) -> None:
        self.source = source
        self.anchors: dict[str, Node] = {}
        self.duplicates: list[tuple[Path, Node]] = []

    def tree(self) -> Tree:
        root, second = None, None
        stream = yaml.parse(self.source, Loader=_Loader)
        for event in stream:
            if isinstance(event, ev.DocumentStartEvent):
                if root is not None:
                    second = _offset(event.start_mark)
                    break
                root = self._node(next(stream), stream, ())
        if root is not None and root.kind is Kind.SCALAR and root.data is None and root.start == root.end:
            root = None
        return Tree(root, second, tuple(self.duplicates))

    def _node(self, event: Any, stream: Iterator[Any], path: Path) -> Node:
        if len(path) > MAX_DEPTH:
            raise YamlSyntaxError("too deep", _offset(event.start_mark))
        start, end = _offset(event.start_mark), _offset(event.end_mark)
        if isinstance(event, ev.AliasEvent):
            target = self.anchors.get(event.anchor or "")
            if target is None:
                raise YamlSyntaxError(f"found undefined alias {event.anchor}", start)
            target.used = True
            self._check_expanded(target.expanded, start)
            return Node(
                Kind.ALIAS, start, end, start, data=target.data, target=target, expanded=target.expanded
            )
        inner = self._after_properties(event, start)
        if isinstance(event, ev.ScalarEvent):
            return self._scalar(event, start, inner, end)
        if isinstance(event, ev.SequenceStartEvent):
            return self._sequence(event, stream, path, start, inner)
        return self._mapping(event, stream, path, start, inner)

    def _after_properties(self, event: Any, start: int) -> int:
        if event.anchor is None and event.tag is None:
            return start
        match = _PROPERTIES.match(self.source, start)
        return match.end() if match else start

    def _register(self, event: Any, node: Node) -> Node:
        """Register an anchor after its content, so that a node cannot contain itself."""
        self._check_expanded(node.expanded, node.start)
        node.tag = event.tag
        if event.anchor is not None:
            node.anchor = event.anchor
            self.anchors[event.anchor] = node
        return node

    @staticmethod
    def _check_expanded(expanded: int, offset: int) -> None:
        if expanded > MAX_EXPANDED:
            raise YamlSyntaxError("too large with its aliases", offset)

    def _scalar(self, event: Any, start: int, inner: int, end: int) -> Node:
        plain = event.style in (None, "")
        data = resolve(event.value) if plain and event.tag is None else event.value
        if event.tag is not None and event.tag.startswith("tag:yaml.org,2002:"):
            data = _tagged(event.tag, event.value)
        style = event.style or ""
        if style in ("|", ">"):
            end = self._block_scalar_end(inner, end)
        elif start == end or inner >= end:
            # libyaml puts an empty value after the spaces that follow its colon
            while start and self.source[start - 1] in " \t\r\n" and start == inner:
                start = inner = start - 1
            if inner > end:
                inner = start + len(self.source[start:end].rstrip())
            end = inner
        expanded = 1 + len(event.value)
        return self._register(
            event,
            Node(
                Kind.SCALAR, inner, end, start, data=data, style=style, written=event.value, expanded=expanded
            ),
        )

    def _block_scalar_end(self, start: int, end: int) -> int:
        header = self.source[start : self.source.find("\n", start) + 1 or len(self.source)]
        body = self.source[start:end]
        if "+" in header.split("#")[0]:
            for break_ in ("\r\n", "\n", "\r"):
                if body.endswith(break_):
                    return end - len(break_)
            return end
        return start + len(body.rstrip(" \t\r\n"))

    def _sequence(self, event: Any, stream: Iterator[Any], path: Path, start: int, inner: int) -> Node:
        node = Node(Kind.SEQUENCE, inner, inner, start, data=[], flow=bool(event.flow_style))
        for child in stream:
            if isinstance(child, ev.SequenceEndEvent):
                node.end = _offset(child.end_mark) if node.flow else self._block_end(node)
                return self._register(event, node)
            item = self._node(child, stream, (*path, len(node.items)))
            node.items.append(item)
            node.expanded += item.expanded
            self._check_expanded(node.expanded, item.start)
            node.data.append(item.data)
        raise YamlSyntaxError("unfinished list", inner)

    def _mapping(self, event: Any, stream: Iterator[Any], path: Path, start: int, inner: int) -> Node:
        node = Node(Kind.MAPPING, inner, inner, start, data={}, flow=bool(event.flow_style))
        names: set[Any] = set()
        for child in stream:
            if isinstance(child, ev.MappingEndEvent):
                node.end = _offset(child.end_mark) if node.flow else self._block_end(node)
                self._merge(node)
                return self._register(event, node)
            key = self._node(child, stream, (*path, "?"))
            name = key.data if isinstance(key.data, _SCALAR) else str(key.data)
            key_path = (*path, name if isinstance(name, str) else str(name))
            value = self._node(next(stream), stream, key_path)
            if name in names and name != "<<":
                self.duplicates.append((key_path, key))
            names.add(name)
            node.expanded += key.expanded + value.expanded
            if not isinstance(key.data, _SCALAR):  # as a string it can double in length with each level
                node.expanded += len(str(name))
            self._check_expanded(node.expanded, key.start)
            node.entries.append(Entry(key, value))
            node.data[name] = value.data
        raise YamlSyntaxError("unfinished mapping", inner)

    @staticmethod
    def _block_end(node: Node) -> int:
        children = node.children()
        return children[-1].end if children else node.start

    @staticmethod
    def _merge(node: Node) -> None:
        """Apply ``<<`` as YAML 1.1 readers do: keys of the mapping itself take precedence."""
        entry = node.entry("<<")
        if entry is None or entry.key.style:
            return
        sources = entry.value.data if isinstance(entry.value.data, list) else [entry.value.data]
        if not all(isinstance(source, dict) for source in sources):
            return
        del node.data["<<"]
        for source in sources:
            for key, value in source.items():
                node.data.setdefault(key, value)


def _tagged(tag: str, value: str) -> Any:
    kind = tag.rpartition(":")[2]
    data = resolve(value)
    if kind == "str":
        return value
    if kind == "float" and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return data


def _offset(mark: Any) -> int:
    return int(mark.index)
