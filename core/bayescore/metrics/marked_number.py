"""Numbers in a line of a log, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

# A number as programs print it. It is also part of the patterns that are made, so it has RE2's syntax.
NUMBER = r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?i:nan|inf))"
_MARKED = re.compile(
    r"""(?:(?<![\w)\]])[-+])?  # a sign, not a hyphen
        (?:(?:[0-9]+\.?[0-9]*|(?<![0-9])\.[0-9]+)(?:[eE][-+]?[0-9]+)?
          |(?<![^\W0-9])(?i:nan|inf)(?!\w))""",
    re.X,
)
_PIECES = re.compile(
    r"""(?P<NUMBER>(?<![\w.)\]])[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![A-Za-z_]))
       |(?P<WORD>[^\W0-9](?:[\w./@-]*\w)?(?:\(\w\))?)  # also “metrics/mAP50-95(B)”
       |(?P<SPACE>[ \t]+)
       |(?P<OTHER>[^\w \t]+?(?=[-+]?\.?[0-9]|[\w \t]|$)|.)""",
    re.X | re.DOTALL,
)
_GROUPED = re.compile(r"(?<![0-9.])(?<![0-9],)[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]|,[0-9])")  # “1,234.5”
_UNICODE_MINUS = re.compile(r"(?<![\w)\]])\N{MINUS SIGN}$")
_STEP_WORD = r"(?i:global[_ ]step|epochs?|steps?|iter(?:ation)?s?|batch)|第|轮次|步数"
_STEPS = re.compile(
    rf"""(?<![A-Za-z_])
        (?P<word>{_STEP_WORD})
        (?P<between>[ \t]*[:=#\[(]{{0,2}}[ \t]*)
        (?P<step>[0-9]+)(?![0-9.]*[0-9%])""",
    re.X,
)


@dataclass(frozen=True)
class Span:
    """A part of a line: offsets in characters, the end not included."""

    start: int
    end: int

    def of(self, line: str) -> str:
        """The part's text."""
        return line[self.start : self.end]


class Kind(Enum):
    """What a piece of a line is."""

    NUMBER = auto()
    WORD = auto()
    SPACE = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Piece:
    """A word, a number, blanks or punctuation of a line."""

    kind: Kind
    text: str
    start: int


@dataclass(frozen=True)
class Step:
    """The number of an epoch or step, and the word before it."""

    word: str
    between: str
    span: Span
    start: int


def numbers(line: str) -> list[Span]:
    """The numbers of a line, ``nan`` and ``inf`` included; a hyphen between words is no sign."""
    return [Span(*match.span()) for match in _MARKED.finditer(line)]


def number_at(line: str, start: int, end: int) -> Span | None:
    """The number at a place in a line: the first one in a selection, or the one that the caret touches."""
    for span in numbers(line):
        if span.start < end and start < span.end:
            return span
    if start < end:
        return None
    return next((span for span in numbers(line) if span.start <= start <= span.end), None)


def is_misread(line: str, marked: Span) -> bool:
    """Whether a number has commas between its digits or a Unicode minus sign: only a part of it is read."""
    if _UNICODE_MINUS.search(line[: marked.start]):
        return True
    return any(match.start() < marked.end and marked.start < match.end() for match in _GROUPED.finditer(line))


def pieces(text: str) -> list[Piece]:
    """The pieces of a text, which together are the text."""
    return [Piece(Kind[str(match.lastgroup)], match[0], match.start()) for match in _PIECES.finditer(text)]


def is_step_word(word: str) -> bool:
    """Whether a word stands before the number of an epoch or step."""
    return re.fullmatch(_STEP_WORD, word) is not None


def steps(line: str, marked: Span) -> Iterator[Step]:
    """Steps in a line beside the marked number: the nearest before it first, then those behind it."""
    found = [
        Step(match["word"], match["between"], Span(*match.span("step")), match.start())
        for match in _STEPS.finditer(line)
    ]
    yield from reversed([step for step in found if step.span.end <= marked.start])
    yield from (step for step in found if step.start >= marked.end)
