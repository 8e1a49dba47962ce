"""Files of a project that are not copied: ``.openbayesignore``, with the syntax of ``.gitignore``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from bayescore.errors import RunnerError
from bayescore.files import read_text
from bayescore.i18n import text

IGNORE_FILE = ".openbayesignore"
MAX_BYTES = 64 * 2**10
MAX_LINES = 1000
MAX_CHARACTERS = 500  # of a line
_STARS = re.compile(r"\*+")


class Ignored:
    """The rules of a project.

    A pattern with several stars is matched by RE2, which takes linear time: Python's own engine takes
    exponential time for ``a*a*a*…b``. Other patterns are matched by Python, which is faster for them.

    Parameters
    ----------
    built_in
        Patterns that come before those of the file.

    Raises
    ------
    RunnerError
        If the file is too large, or a line is not a pattern; the message names the line.
    """

    def __init__(self, project: Path, built_in: Sequence[str]) -> None:
        patterns = [_pattern(line) for line in built_in]
        for number, line in enumerate(_lines(project / IGNORE_FILE), 1):
            try:
                patterns.append(_pattern(line))
            except ValueError as error:
                raise RunnerError(
                    text(
                        "Line {number} of {file} is not a pattern: {reason}.",
                        number=number,
                        file=project / IGNORE_FILE,
                        reason=error,
                    ),
                    text("Correct or remove the line; it follows the rules of .gitignore."),
                ) from None
        self._rules = GitIgnoreSpec(patterns, backend="simple")

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder, given by its path in the project, is ignored."""
        name = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return self._rules.match_file(f"{name}/" if is_folder else name)


def _lines(file: Path) -> list[str]:
    try:
        lines = read_text(file, MAX_BYTES).splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunnerError(
            text("{file} cannot be read: {reason}.", file=file, reason=error.strerror or str(error))
        ) from None
    if len(lines) > MAX_LINES:
        raise RunnerError(
            text("{file} has more than {most} lines.", file=file, most=MAX_LINES),
            text("List folders instead of single files."),
        )
    return lines


def _pattern(line: str) -> GitIgnoreSpecPattern:
    """A line as a pattern; raises ``ValueError`` with the reason if it is none."""
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
