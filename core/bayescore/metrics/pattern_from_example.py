"""A pattern that finds a number which someone has marked in a line of a log, and its like in other lines.

Several patterns are tried, from the word before the number to everything before it. The first one that finds
the marked number in its line is taken: no pattern is proposed that has not been matched by RE2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bayescore.config.log_pattern import STEP, PatternError, compile_pattern
from bayescore.metrics.marked_number import (
    NUMBER,
    Kind,
    Piece,
    Span,
    Step,
    is_misread,
    is_step_word,
    pieces,
    steps,
)

_ANY_NUMBER = r"[-+.\w]+"  # one before the marked number
_SPECIAL = frozenset(r"\.^$|?*+()[]{}")
_LOOSE = frozenset("=:|,;([{<>\"'")  # punctuation beside which blanks may be missing
_LONG_RUN = 3  # characters of a bar, as in “[====>....]”
_MOST_STARTS = 6  # words at which a pattern may begin
_SMALL_WORDS = frozenset(["is", "was", "are", "of", "at", "to", "the", "The", "为", "是", "轮", "步", "次"])
_CALLS = frozenset(["tensor", "array", "float", "float16", "float32", "float64", "np.float32", "np.float64"])
_LEVELS = frozenset(["INFO", "DEBUG", "WARNING", "WARN", "ERROR"])
_METRIC = "metric"  # when there is no word


@dataclass(frozen=True)
class Proposal:
    """A pattern for a marked number.

    Attributes
    ----------
    group
        The group of the pattern that has the number.
    name
        Name of the metric; another one than the group if a group cannot have it.
    step
        The recognised epoch or step as it stands in the line; empty if there is none.
    """

    pattern: str
    group: str
    name: str
    step: str = ""

    def as_source(self) -> dict[str, Any]:
        """An item of ``metrics``."""
        return as_source(self.pattern, self.group, self.name)


def as_source(pattern: str, group: str, name: str) -> dict[str, Any]:
    """An item of ``metrics`` for a pattern whose group is a metric."""
    return {"log": pattern} if name == group else {"log": pattern, "rename": {group: name}}


def group_for(metric: str) -> str:
    """The name of a group for a metric."""
    group = re.sub(r"\W", "_", metric, flags=re.ASCII)
    if group != metric:
        group = group.strip("_") or _METRIC
    return group if re.match(r"[A-Za-z_]", group) and group != STEP else f"_{group}"


def with_group(pattern: str, before: str, after: str) -> str:
    """A pattern with another name of a group."""
    return pattern.replace(f"(?P<{before}>", f"(?P<{after}>")


def propose(
    line: str, marked: Span, wanted: Sequence[str] = (), *, name: str = "", with_step: bool = True
) -> Proposal | None:
    """A pattern for a number of a line; ``None`` if none reads it, as in a very long line or of ``1,234``.

    Parameters
    ----------
    marked
        One of :func:`~bayescore.metrics.marked_number.numbers`.
    wanted
        The objective and the side metrics: one of them is taken if it is written in another way.
    name
        Name of the metric; by default the word before the number.
    with_step
        Whether the pattern also reads the number of an epoch or step, if there is one in the line.
    """
    if is_misread(line, marked):
        return None
    before = pieces(line[: marked.start])
    words = _words(before)
    metric = name or _known(_named(before, words, line[marked.end :]), wanted)
    group = group_for(metric)
    found_steps = list(steps(line, marked))
    for step in [*(found_steps if with_step else []), None]:
        for pattern in _patterns(line, marked, before, words, group, step):
            if _finds(pattern, line, group, marked, step):
                shown = line[found_steps[0].start : found_steps[0].span.end] if found_steps else ""
                return Proposal(pattern, group, metric, shown)
    return None


# ---- the words before the number


def _words(before: Sequence[Piece]) -> list[int]:
    """Places of the words before the number, the nearest first; the first one may be a phrase of two."""
    found = [i for i, piece in enumerate(before) if piece.kind is Kind.WORD and not _is_call(before, i)]
    found.reverse()
    while len(found) > 1 and before[found[0]].text in _SMALL_WORDS:
        found.pop(0)
    if len(found) > 1 and _is_phrase(before, found[1], found[0]):
        found.pop(0)
    return found


def _is_call(before: Sequence[Piece], i: int) -> bool:
    """Whether a word is what Python writes around a number, as in ``tensor(0.5)``."""
    return before[i].text in _CALLS and i + 1 < len(before) and before[i + 1].text.startswith("(")


def _is_phrase(before: Sequence[Piece], first: int, second: int) -> bool:
    """Whether two words belong together, as in “val loss”."""
    return (
        second - first == 2
        and before[first + 1].text == " "
        and not {before[first].text, before[second].text} & (_LEVELS | _SMALL_WORDS)
        and not re.search(r"[_/.]", before[second].text)
    )


def _named(before: Sequence[Piece], words: Sequence[int], behind: str) -> str:
    if not words or is_step_word(before[words[0]].text):
        after = re.match(r"\s*%?\s*([^\W\d]\w*)", behind)  # “98 % accuracy”
        return after[1] if after else _METRIC
    first = words[0]
    second = before[first + 2 : first + 3]
    is_phrase = second and second[0].kind is Kind.WORD and _is_phrase(before, first, first + 2)
    return f"{before[first].text}_{second[0].text}" if is_phrase else before[first].text


def _known(name: str, wanted: Sequence[str]) -> str:
    return next((each for each in wanted if _plain(each) == _plain(name)), name)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


# ---- patterns


def _patterns(
    line: str, marked: Span, before: Sequence[Piece], words: Sequence[int], group: str, step: Step | None
) -> Iterator[str]:
    """Patterns in the order in which they are tried, from short to exact."""
    number = f"(?P<{group}>{NUMBER})"
    behind = _behind(line[marked.end :]) if not words else ""
    for first in words[:_MOST_STARTS]:
        yield _with_step(line, before, first, number, step, marked)
    yield "^" + _context(before, 0, step) + number + behind + _later(line, step, marked)
    exact = "^" + _escaped(line[: marked.start]) + number
    yield exact if step is None else exact + _later(line, step, marked)


def _with_step(
    line: str, before: Sequence[Piece], first: int, number: str, step: Step | None, marked: Span
) -> str:
    found = _edge(before, first) + _context(before, first, step) + number
    if step is None or before[first].start <= step.start < marked.start:
        return found
    if step.start > marked.start:
        return found + _later(line, step, marked)
    return f"{_of_step(line, step)}.*?{found}"


def _later(line: str, step: Step | None, marked: Span) -> str:
    return f".*?{_of_step(line, step)}" if step is not None and step.start > marked.start else ""


def _of_step(line: str, step: Step) -> str:
    edge = r"\b" if step.word.isascii() and _is_edge(line[: step.start]) else ""
    between = _context(pieces(f"{step.word}{step.between}"), 0, None)
    return rf"{edge}{between}(?P<{STEP}>\d+)"


def _behind(behind: str) -> str:
    """The word behind a number that has none before it."""
    found = re.match(r"(\s*)(%?)(\s*)([^\W\d]\w*)", behind)
    if found is None:
        return ""
    gaps = [r"\s*" if found[i] else "" for i in (1, 3)]
    return f"{gaps[0]}{found[2]}{gaps[1]}{_escaped(found[4])}"


def _edge(before: Sequence[Piece], first: int) -> str:
    """``\\b`` before a word: “loss” is not to be found in “val_loss”."""
    starts = before[first].text[0]
    rest = before[first - 1].text if first else ""
    return r"\b" if starts.isascii() and _is_edge(rest) else ""


def _is_edge(before: str) -> bool:
    return not (before and before[-1].isascii() and (before[-1].isalnum() or before[-1] == "_"))


def _context(before: Sequence[Piece], first: int, step: Step | None) -> str:
    """A pattern for pieces: words as they are, blanks and numbers of any length, the step as a group."""
    found = []
    for i, piece in enumerate(before[first:], first):
        if piece.kind is Kind.SPACE:
            around = (
                before[i - 1].text[-1] if i else "=",
                before[i + 1].text[0] if i + 1 < len(before) else "",
            )
            found.append(r"\s*" if _LOOSE & set(around) else r"\s+")
        elif step is not None and piece.start == step.span.start:
            found.append(rf"(?P<{STEP}>\d+)")
        elif piece.kind is Kind.NUMBER:
            found.append(_ANY_NUMBER)
        elif piece.kind is Kind.OTHER and len(piece.text) >= _LONG_RUN:
            found.append(r"[^\w\s]+")
        else:
            found.append(_escaped(piece.text))
    return "".join(found)


def _escaped(text: str) -> str:
    """A text as a pattern; unlike :func:`re.escape`, only what has a meaning is escaped."""
    return "".join(
        f"\\{c}" if c in _SPECIAL else c if c.isprintable() else f"\\x{{{ord(c):x}}}" for c in text
    )


def _finds(pattern: str, line: str, group: str, marked: Span, step: Step | None) -> bool:
    """Whether a pattern finds the marked number, and the step, at their places."""
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return False
    match = compiled.search(line)
    if match is None or match.span(compiled.groupindex[group]) != (marked.start, marked.end):
        return False
    if step is None:
        return True
    return STEP in compiled.groupindex and match.span(compiled.groupindex[STEP]) == (
        step.span.start,
        step.span.end,
    )
