"""Files of a project that are not copied: ``.openbayesignore``, with the syntax of ``.gitignore``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bayescore.config.patterns import Patterns, compiled
from bayescore.errors import RunnerError
from bayescore.files import read_text
from bayescore.i18n import text

IGNORE_FILE = ".openbayesignore"
MAX_BYTES = 64 * 2**10
MAX_LINES = 1000
_WILD = frozenset("*?[]!/\\# ")
_SPECIAL = re.compile(r"[*?\[\]\\]|\s(?=\s*$)")


class Ignored:
    """The rules of a project.

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
        lines = _lines(project / IGNORE_FILE)
        patterns = [compiled(line) for line in built_in]
        for number, line in enumerate(lines, 1):
            try:
                patterns.append(compiled(line))
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
        self._rules = Patterns(patterns)
        # Most projects have no rules of their own; a set of names is fast for a million files.
        is_plain = not lines and all(line.strip(".") and _WILD.isdisjoint(line) for line in built_in)
        self._names = frozenset(built_in) if is_plain else None

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder, given by its path in the project, is ignored."""
        if self._names is not None:
            return not self._names.isdisjoint(path.split("/"))
        return self._rules.match(path, is_folder=is_folder)


def as_pattern(path: str) -> str:
    """The pattern that matches this path of a project and no other."""
    escaped = _SPECIAL.sub(r"\\\g<0>", path)
    return f"/{escaped}"


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
