"""Patterns of paths with the syntax of ``.gitignore``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from bayescore.i18n import text

MAX_CHARACTERS = 500  # of a pattern
_STARS = re.compile(r"\*+")


class Patterns:
    """A list of patterns, of which the last one that matches a path decides.

    A pattern with several stars is matched by RE2, which takes linear time: Python's own engine takes
    exponential time for ``a*a*a*…b``. Other patterns are matched by Python, which is faster for them.

    Raises
    ------
    ValueError
        With the reason, if a line is not a pattern.
    """

    def __init__(self, lines: Iterable[str | GitIgnoreSpecPattern] = ()) -> None:
        patterns = [compiled(line) if isinstance(line, str) else line for line in lines]
        self._rules = GitIgnoreSpec(patterns, backend="simple")
        self._is_empty = not patterns

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether the patterns include a file or folder, given by its path in the project."""
        return not self._is_empty and self._rules.match_file(_name(path, is_folder))

    def deciding(self, path: str, *, is_folder: bool) -> int | None:
        """Index of the pattern that includes a path; ``None`` if it is not included."""
        if self._is_empty:
            return None
        found = self._rules.check_file(_name(path, is_folder))
        return found.index if found.include else None


def compiled(line: str) -> GitIgnoreSpecPattern:
    """A line as a pattern.

    Raises
    ------
    ValueError
        With the reason, if it is not a pattern.
    """
    if len(line) > MAX_CHARACTERS:
        raise ValueError(text("it is longer than {most} characters", most=MAX_CHARACTERS))
    try:
        # the warnings are about brackets that a later Python may read differently
        with warnings.catch_warnings(action="ignore"):
            pattern = GitIgnoreSpecPattern(line)
        if len(_STARS.findall(line)) > 1 and pattern.regex is not None:
            pattern.regex = _linear(pattern.regex.pattern)
    except re.error as error:
        raise ValueError(error) from None
    return pattern


def _name(path: str, is_folder: bool) -> str:
    name = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f"{name}/" if is_folder else name


def _linear(pattern: str) -> re.Pattern[str]:
    """A pattern compiled by RE2, with the interface of Python's patterns."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled: re.Pattern[str] = re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        raise ValueError(said.decode("utf-8", "replace") if isinstance(said, bytes) else said) from None
    return compiled
