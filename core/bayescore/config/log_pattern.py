"""Patterns that find metrics in what a program prints."""

from __future__ import annotations

from typing import Protocol

from bayescore.config.linear_time import compile_linear

STEP = "step"  # group that names the step of a value; every other group is a metric
_MAX_PROGRAM = 5000  # of RE2's instructions: a line of 16 KiB is then searched within a second, at worst
_MAX_CHARACTERS = 2000
_MAX_MEMORY = 2**20  # bytes


class Match(Protocol):
    """A match of a pattern."""

    def group(self, name: str) -> str | None:
        """The text that a group has matched."""
        ...

    def span(self, number: int) -> tuple[int, int]:
        """The offsets of what a group has matched, -1 if it has matched nothing."""
        ...


class Pattern(Protocol):
    """A compiled pattern."""

    groupindex: dict[str, int]

    def search(self, line: str) -> Match | None:
        """The first match in a line."""
        ...


class PatternError(ValueError):
    """A pattern that cannot be used; ``part`` is the part of it that is wrong, if that is known."""

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(reason)
        self.part = part


def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern with RE2, which takes linear time and bounded memory whatever the text.

    It has Python's syntax, but no references to groups and no look-ahead or look-behind.

    Raises
    ------
    PatternError
        With RE2's reason, when the pattern is none or is too large.
    """
    if len(pattern) > _MAX_CHARACTERS:
        raise PatternError(f"longer than {_MAX_CHARACTERS} characters")
    try:
        compiled = compile_linear(pattern, _MAX_MEMORY)
    except ValueError as error:
        reason, _, part = str(error).partition(": ")
        raise PatternError(reason, part) from None
    if compiled.programsize > _MAX_PROGRAM:
        raise PatternError("pattern too large")
    found: Pattern = compiled
    return found


def metrics_of(pattern: Pattern) -> tuple[str, ...]:
    """Names of the groups that are metrics, in the order of the pattern."""
    names = (name for name in pattern.groupindex if name != STEP)
    return tuple(sorted(names, key=pattern.groupindex.__getitem__))
