"""Patterns that find metrics in what a program prints."""

from __future__ import annotations

from typing import Protocol

from bayescore.config.linear_time import compile_linear
from bayescore.i18n import Text, text

STEP = "step"  # group that names the step of a value; every other group is a metric
_MAX_PROGRAM = 5000  # of RE2's instructions: a line of 16 KiB is then searched within a second, at worst
_MAX_CHARACTERS = 2000
_MAX_MEMORY = 2**20  # bytes


_REASONS = {  # what RE2 says, in our words
    "invalid escape sequence": text("the escape sequence is unknown"),
    "invalid character class": text("the set of characters is wrong"),
    "invalid character class range": text("the range or class of characters is wrong"),
    "missing ]": text("a “]” is missing"),
    "missing )": text("a “)” is missing"),
    "unexpected )": text("a “)” has no “(”"),
    "trailing \\": text("nothing follows the “\\” at the end"),
    "no argument for repetition operator": text("there is nothing to repeat"),
    "invalid repetition size": text("the number of repetitions is wrong or too large"),
    "bad repetition operator": text("two repetitions follow each other"),
    "invalid perl operator": text("this kind of group is unknown"),
    "invalid named capture group": text("the named capture group is wrong"),
}


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

    def __init__(self, message: Text, part: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.part = part


def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern with RE2, which takes linear time and bounded memory whatever the text.

    It has Python's syntax, but no references to groups and no look-ahead or look-behind.

    Raises
    ------
    PatternError
        With the reason, when the pattern is none or is too large.
    """
    if len(pattern) > _MAX_CHARACTERS:
        raise PatternError(
            text("The pattern is longer than {most} characters. Shorten it.", most=_MAX_CHARACTERS)
        )
    try:
        compiled = compile_linear(pattern, _MAX_MEMORY)
    except ValueError as error:
        reason, _, part = str(error).partition(": ")
        raise PatternError(_syntax(reason, part), part) from None
    if compiled.programsize > _MAX_PROGRAM:
        raise PatternError(_too_large())
    found: Pattern = compiled
    return found


def _syntax(reason: str, part: str) -> Text:
    if reason.startswith("pattern too large"):
        return _too_large()
    known: Text | str = _REASONS.get(reason, reason)
    return text(
        "The pattern is not a regular expression of RE2: {reason}. RE2 has neither look-ahead nor "
        "references to groups.",
        reason=text("{reason}: {part}", reason=known, part=part) if part else known,
    )


def _too_large() -> Text:
    return text("The pattern is too large. Use fewer repetitions and alternatives.")


def metrics_of(pattern: Pattern) -> tuple[str, ...]:
    """Names of the groups that are metrics, in the order of the pattern."""
    names = (name for name in pattern.groupindex if name != STEP)
    return tuple(sorted(names, key=pattern.groupindex.__getitem__))
