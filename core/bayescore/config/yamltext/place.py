"""The place of a value in a text, and the texts in which another value is written there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bayescore.config.yamltext import block_edits, render
from bayescore.config.yamltext.lines import Lines
from bayescore.config.yamltext.nodes import Kind, Node
from bayescore.config.yamltext.scalars import render as render_scalar

Candidates = list[Callable[[], str]]  # whole texts, the best one first; one that is invalid is not used


@dataclass(frozen=True)
class Place:
    """Where a value is written.

    Attributes
    ----------
    text
        The whole text.
    node
        The value.
    key
        The key of the value in its mapping; ``None`` for the root and for an item of a list.
    within_flow
        Whether the value is inside a collection in flow style.
    """

    text: str
    node: Node
    key: Node | None
    within_flow: bool

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def replaced(self, value: Any) -> Candidates:
        """Texts with another value."""
        node = self.node
        if node.kind is not Kind.SCALAR and not node.flow:
            return self._block_replaced(value)
        start = node.start if node.anchor and node.tag is None else node.outer_start
        anchor = f"&{node.anchor} " if node.anchor and node.tag is not None else ""
        quote = node.style if node.style in ("'", '"') else ""
        padded = " " if node.start == node.end and self.text[start - 1 : start] not in ("", " ", "\n") else ""
        if not render.is_collection(value):
            written = render_scalar(value, quote=quote, flow=self.within_flow)
        elif self.within_flow or render.fits_on_one_line(value):
            written = render.flow(value)
        else:
            return [lambda: self._as_block(start, value)]
        return [
            lambda: self._spliced(start, padded + anchor + written),
            lambda: self._spliced(start, f": {written}"),
        ]

    def emptied(self, value: Any) -> Candidates:
        """Texts with an empty value instead of a block collection."""
        value_at = self._value_start
        if render.is_collection(value) and len(block_edits.spans(self.text, self.node)) == 1:
            return [
                lambda: block_edits.remove_only(self.text, self.node, value_at),
                lambda: self._spliced(self.node.start, render.inline(value)),
            ]
        at = self.node.start if value_at is None else value_at
        written = render.inline(value) if value_at is None else f" {render.inline(value)}"
        return [lambda: self._spliced(at, written)]

    def _block_replaced(self, value: Any) -> Candidates:
        """Texts with a block collection replaced; comments above it are kept."""
        start = self.node.start
        at = self._value_start
        if at is None and self.node.tag is not None:
            start = self.node.outer_start  # the tag does not fit another value
        column, break_ = self._lines.column(start), self._lines.break_near(start)
        if at is None:
            lines = [render.inline(value)] if render.fits_on_one_line(value) else render.block(value)
            return [lambda: self._spliced(start, block_edits.indented(lines, column, break_))]
        between = self.text[at:start].rstrip()
        kept = between if "#" in between else ""
        if render.fits_on_one_line(value):
            return [lambda: self._spliced(at, f" {render.inline(value)}{kept}")]
        deeper = self._lines.column(self.key.outer_start) + render.STEP if self.key else column
        lines = render.block(value)
        return [
            lambda: self._spliced(start, block_edits.indented(lines, column, break_)),
            lambda: self._spliced(
                at, kept + break_ + " " * deeper + block_edits.indented(lines, deeper, break_)
            ),
        ]

    def _as_block(self, start: int, value: Any) -> str:
        """Replace a value on one line with a collection in block style."""
        break_ = self._lines.break_near(start)
        if self.key is None:  # an item of a list, or the root: start where the value was
            padded = "" if self.text[start - 1 : start] in ("", " ", "\n") else " "
            column = self._lines.column(start) + len(padded)
            return self._spliced(start, padded + block_edits.indented(render.block(value), column, break_))
        column = self._lines.column(self.key.outer_start) + render.STEP
        written = block_edits.indented(render.block(value), column, break_)
        before = self.text[:start].rstrip(" ")
        cut = before + self.text[self.node.end :]
        at = Lines(cut).end(len(before))
        return cut[:at] + break_ + " " * column + written + cut[at:]

    @property
    def _value_start(self) -> int | None:
        """Offset after the colon of the key."""
        return None if self.key is None else self.text.index(":", self.key.end) + 1

    def _spliced(self, start: int, written: str) -> str:
        return self.text[:start] + written + self.text[self.node.end :]
