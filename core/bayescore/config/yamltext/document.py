"""A YAML text, its data, and minimal edits of the text."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bayescore.config.yamltext import block_edits, flow_edits, render
from bayescore.config.yamltext.data import same, with_value
from bayescore.config.yamltext.edit import AliasedError, Edit, EditError
from bayescore.config.yamltext.lines import Lines
from bayescore.config.yamltext.nodes import Entry, Kind, Node, Path, Tree, YamlSyntaxError, build, walk
from bayescore.config.yamltext.place import Place
from bayescore.config.yamltext.safe_loader import refusals
from bayescore.config.yamltext.scalars import render as render_scalar
from bayescore.i18n import text


@dataclass(frozen=True)
class YamlDocument:
    """The exact text of a YAML file and its data.

    Attributes
    ----------
    text
        The whole file, including a byte order mark.
    data
        Its data; when ``error`` is set, the last data that could be read.
    error
        The syntax error, or ``None``.
    """

    text: str
    data: Any = None
    error: YamlSyntaxError | None = None
    tree: Tree = field(default=Tree(None, None, ()), repr=False)

    @classmethod
    def parse(cls, source: str) -> YamlDocument:
        """Parse a text; for invalid YAML ``error`` is set and nothing is raised."""
        try:
            tree = build(source)
        except YamlSyntaxError as error:
            return cls(source, None, error)
        return cls(source, tree.root.data if tree.root else None, None, tree)

    def with_text(self, source: str) -> YamlDocument:
        """The document with another text; while that is invalid, the last valid data is kept."""
        changed = YamlDocument.parse(source)
        return replace(changed, data=self.data) if changed.error else changed

    def apply(self, edit: Edit) -> YamlDocument:
        """The document after an edit."""
        return self.with_text(edit.apply(self.text))

    # ---- positions

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of an offset in the text."""
        return self._lines.position(offset)

    def node(self, path: Path) -> Node | None:
        """Node of the value at ``path``, with aliases resolved; ``None`` when there is none."""
        steps = self._steps(path)
        return steps[-1].resolved if steps else None

    def key_node(self, path: Path) -> Node | None:
        """Node of the last key of ``path``; ``None`` for an item of a list."""
        parent = self.node(path[:-1]) if path else None
        entry = parent.entry(path[-1]) if parent and parent.kind is Kind.MAPPING else None
        return entry.key if entry else None

    def path_at(self, offset: int) -> Path:
        """Path of the innermost key or value at an offset; empty outside of all."""
        path: list[str | int] = []
        node = self.tree.root
        while node is not None:
            found = next((c for c in _parts(node) if c[1] <= offset <= c[2]), None)
            if found is None:
                break
            path.append(found[0])
            node = found[3]
        return tuple(path)

    def _steps(self, path: Path) -> list[Node] | None:
        """Nodes from the root down to ``path``, with aliases unresolved; ``None`` when it does not exist."""
        if self.error or self.tree.root is None:
            return None
        steps = [self.tree.root]
        for part in path:
            child = _child(steps[-1].resolved, part)
            if child is None:
                return None
            steps.append(child)
        return steps

    # ---- edits

    def set(self, path: Path, value: Any) -> Edit:
        """Set the value at ``path`` (a scalar, list or mapping).

        Lists and mappings are changed child by child, so that unchanged children keep their text.
        """
        steps = self._editable(path)
        node = steps[-1]
        if same(node.data, value):
            return Edit(node.start, "", "")
        if not node.flow and node.kind is not Kind.SCALAR and not value:
            return self._verified(path, value, self._place(path, node).emptied(value))
        if node.kind is Kind.MAPPING and isinstance(value, dict) and node.entries and value:
            return self._mapping_set(path, value)
        if node.kind is Kind.SEQUENCE and isinstance(value, list) and node.items and value:
            return self._sequence_set(path, value)
        return self._verified(path, value, self._place(path, steps[-1]).replaced(value))

    def add(self, path: Path, key: str, value: Any, index: int | None = None) -> Edit:
        """Add a key to the mapping at ``path``, by default at its end; a missing mapping is created."""
        node = self._open_collection(path, Kind.MAPPING)
        if node is None or (not node.entries and not self._within_flow(path)):
            return self._fill(path, {key: value})
        if node.entry(key):
            raise EditError(text("The key “{key}” already exists.", key=key))
        at = len(node.entries) if index is None else index
        expected = dict(node.data)
        order = list(expected.items())
        order.insert(at, (key, value))
        if node.flow:
            written = f"{render_scalar(key, flow=True)}: {render.flow(value)}"
            return self._verified(
                path, dict(order), [lambda: flow_edits.insert(self.text, node, at, written)]
            )
        written_lines = render.entry(key, value)
        return self._verified(
            path, dict(order), [lambda: block_edits.insert(self.text, node, at, written_lines)]
        )

    def insert(self, path: Path, index: int, value: Any) -> Edit:
        """Insert an item into the list at ``path``; a missing list is created."""
        node = self._open_collection(path, Kind.SEQUENCE)
        if node is None or (not node.items and not self._within_flow(path)):
            return self._fill(path, [value])
        expected = [*node.data[:index], value, *node.data[index:]]
        if node.flow:
            return self._verified(
                path, expected, [lambda: flow_edits.insert(self.text, node, index, render.flow(value))]
            )
        return self._verified(
            path, expected, [lambda: block_edits.insert(self.text, node, index, render.item(value))]
        )

    def remove(self, path: Path) -> Edit:
        """Remove a key or an item; comments above it are kept."""
        if not path:
            raise EditError(text("The whole document cannot be removed."))
        parent = self._editable(path)[-2].resolved
        index = _index(parent, path[-1])
        expected = copy.copy(parent.data)
        del expected[path[-1]]
        if parent.flow:
            return self._verified(path[:-1], expected, [lambda: flow_edits.remove(self.text, parent, index)])
        if len(parent.children()) > (2 if parent.kind is Kind.MAPPING else 1):
            return self._verified(path[:-1], expected, [lambda: block_edits.remove(self.text, parent, index)])
        return self._verified(path[:-1], expected, self._place(path[:-1], parent).emptied(expected))

    def rename(self, path: Path, key: str) -> Edit:
        """Rename the last key of ``path``."""
        parent = self._editable(path)[-2].resolved
        entry = parent.entry(path[-1]) if parent.kind is Kind.MAPPING else None
        if entry is None:
            raise EditError(text("There is no key here."))
        if key != path[-1] and parent.entry(key):
            raise EditError(text("The key “{key}” already exists.", key=key))
        expected = {key if k == path[-1] else k: v for k, v in parent.data.items()}
        node = entry.key
        quote = node.style if node.style in ("'", '"') else ""
        written = render_scalar(key, quote=quote, flow=parent.flow)
        return self._verified(path[:-1], expected, [lambda: self._spliced(node.start, node.end, written)])

    def move(self, path: Path, index: int) -> Edit:
        """Move a key or an item to position ``index`` (from 0) among its siblings."""
        parent = self._editable(path)[-2].resolved
        old = _index(parent, path[-1])
        if parent.kind is Kind.MAPPING:
            order = list(parent.data.items())
            order.insert(index, order.pop(old))
            expected: Any = dict(order)
        else:
            expected = list(parent.data)
            expected.insert(index, expected.pop(old))
        edits = flow_edits if parent.flow else block_edits
        return self._verified(path[:-1], expected, [lambda: edits.move(self.text, parent, old, index)])

    def write_out(self, path: Path) -> Edit:
        """Replace the alias at ``path`` with a copy of its value."""
        steps = self._steps(path)
        if steps is None or steps[-1].kind is not Kind.ALIAS:
            raise EditError(text("There is no alias here."))
        return self._written_out([steps[-1]])

    # ---- building edits

    def _editable(self, path: Path) -> list[Node]:
        if self.error:
            raise EditError(
                text("The text is not valid YAML."),
                text("Fix the text first, then use the form."),
            )
        steps = self._steps(path)
        if steps is None:
            raise self._missing(path)
        for depth, step in enumerate(steps):
            if step.kind is Kind.ALIAS and (depth < len(path) or depth == len(steps) - 1):
                name = step.resolved.anchor or ""
                raise AliasedError(name, self._written_out([step]))
            if step.used:
                aliases = [n for n in walk(self.tree.root) if n.kind is Kind.ALIAS and n.resolved is step]
                raise AliasedError(step.anchor or "", self._written_out(aliases))
        return steps

    def _missing(self, path: Path) -> EditError:
        """Error for a missing path: its value comes from a merge key, or there is none."""
        for depth in range(len(path)):
            parent = self.node(path[:depth])
            if parent is None or parent.kind is not Kind.MAPPING:
                break
            merge = parent.entry("<<")
            if merge and path[depth] in parent.data and not parent.entry(path[depth]):
                lines = render.block({k: v for k, v in parent.data.items() if not parent.entry(k)})
                spans = block_edits.spans(self.text, parent)
                start, end = spans[parent.entries.index(merge)]
                column, break_ = self._lines.column(start), self._lines.break_near(start)
                written = block_edits.indented(lines, column, break_)
                after = self._spliced(start, end, written)
                return AliasedError(merge.value.resolved.anchor or "<<", Edit.between(self.text, after))
        return EditError(text("There is nothing at “{path}”.", path=".".join(map(str, path))))

    def _written_out(self, aliases: Iterable[Node]) -> Edit:
        result = self.text
        for node in sorted(aliases, key=lambda n: -n.start):
            result = result[: node.start] + render.flow(node.data) + result[node.end :]
        return Edit.between(self.text, result)

    def _open_collection(self, path: Path, kind: Kind) -> Node | None:
        """The collection to add to; ``None`` when it is missing or null and must be created."""
        steps = self._steps(path)
        can_create = self.tree.root is None or not path or self._steps(path[:-1]) is not None
        if steps is None and not self.error and can_create:
            return None
        node = self._editable(path)[-1]
        if node.kind is Kind.SCALAR and node.data is None:
            return None
        if node.kind is not kind:
            raise EditError(text("“{path}” has a value of another type.", path=".".join(map(str, path))))
        return node

    def _fill(self, path: Path, value: Any) -> Edit:
        steps = self._steps(path)
        if steps is not None:
            return self._verified(path, value, self._place(path, steps[-1]).replaced(value))
        if path:
            return self.add(path[:-1], str(path[-1]), value)
        return self._verified((), value, [lambda: self._appended(value)])

    def _appended(self, value: Any) -> str:
        break_ = self._lines.break_near(len(self.text))
        start = "" if not self.text.strip("\ufeff") or self.text.endswith(("\n", "\r")) else break_
        return self.text + start + break_.join(render.block(value)) + break_

    def _within_flow(self, path: Path) -> bool:
        steps = self._steps(path[:-1]) if path else None
        return bool(steps) and any(step.resolved.flow for step in steps or [])

    def _place(self, path: Path, node: Node) -> Place:
        return Place(self.text, node, self.key_node(path), self._within_flow(path))

    def _mapping_set(self, path: Path, value: dict[Any, Any]) -> Edit:
        before = self.node(path)
        known = list(before.data) if before else []
        document = self
        for key, item in value.items():
            if key in known:
                document = document.apply(document.set((*path, key), item))
            else:
                document = document.apply(document.add(path, key, item))
        for key in known:
            if key not in value:
                document = document.apply(document.remove((*path, key)))
        for position, key in enumerate(value):
            node = document.node(path)
            if node and list(node.data)[position] != key:
                document = document.apply(document.move((*path, key), position))
        return Edit.between(self.text, document.text)

    def _sequence_set(self, path: Path, value: list[Any]) -> Edit:
        before = self.node(path)
        old = len(before.items) if before else 0
        document = self
        for i, item in enumerate(value):
            if i < old:
                document = document.apply(document.set((*path, i), item))
            else:
                document = document.apply(document.insert(path, i, item))
        for i in reversed(range(len(value), old)):
            document = document.apply(document.remove((*path, i)))
        return Edit.between(self.text, document.text)

    def _spliced(self, start: int, end: int, written: str) -> str:
        return self.text[:start] + written + self.text[end:]

    def _stays_readable(self, changed: YamlDocument) -> bool:
        """Whether a text with tags has no more values that the platform cannot read than this one."""
        return "!" not in changed.text or _count_refused(changed.tree) <= _count_refused(self.tree)

    def _verified(self, path: Path, value: Any, candidates: Iterable[Callable[[], str]]) -> Edit:
        """Edit to the first candidate text that parses to the expected data."""
        expected = with_value(self.data, path, value)
        for candidate in candidates:
            try:
                after = candidate()
            except (IndexError, ValueError):
                continue
            changed = YamlDocument.parse(after)
            if changed.error is None and same(changed.data, expected) and self._stays_readable(changed):
                return Edit.between(self.text, after)
        raise EditError(
            text(
                "This value is written in a way that cannot be changed without changing the text around it."
            ),
            text("Change it in the text editor."),
        )


def _count_refused(tree: Tree) -> int:
    return sum(1 for _ in refusals(tree))


def _parts(node: Node) -> list[tuple[str | int, int, int, Node]]:
    if node.kind is Kind.MAPPING:
        return [
            (e.key.resolved.data, e.key.outer_start, max(e.key.end, e.value.end), e.value)
            for e in node.entries
        ]
    return [(i, item.outer_start, item.end, item) for i, item in enumerate(node.items)]


def _child(node: Node, part: str | int) -> Node | None:
    if node.kind is Kind.MAPPING:
        entry: Entry | None = node.entry(part)
        return entry.value if entry else None
    if node.kind is Kind.SEQUENCE and isinstance(part, int) and 0 <= part < len(node.items):
        return node.items[part]
    return None


def _index(node: Node, part: str | int) -> int:
    if node.kind is Kind.MAPPING:
        return next(i for i, e in reversed(list(enumerate(node.entries))) if e.key.resolved.data == part)
    return int(part)
