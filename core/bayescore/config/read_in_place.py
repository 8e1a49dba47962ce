"""Reading ``in_place``, ``copy`` and ``send``: which files of a project are not copied for trials."""

from __future__ import annotations

from typing import Any

from bayescore.config.models import Access
from bayescore.config.patterns import compiled
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text

MAX_PATTERNS = 1000  # of one key, as in .openbayesignore
_ACCESS = {"ro": Access.READ_ONLY, "rw": Access.READ_WRITE, "READ_ONLY": Access.READ_ONLY}
_ACCESS |= {"READ_WRITE": Access.READ_WRITE}


def read_in_place(reader: Reader, path: Path) -> dict[str, Access] | None:
    """Patterns and their access: a list, for reading only, or a mapping of patterns to ``ro`` or ``rw``."""
    if not isinstance(reader.value(path), dict):
        return dict.fromkeys(read_patterns(reader, path), Access.READ_ONLY)
    found: dict[str, Access] = {}
    for key in reader.mapping(path) or {}:
        place = (*path, key)
        access = reader.choice(place, {word: str(value) for word, value in _ACCESS.items()}, "unknown-access")
        if _is_pattern(reader, place, str(key), key=True):
            found[str(key)] = Access(access or Access.READ_ONLY)
    return found


def read_patterns(reader: Reader, path: Path) -> tuple[str, ...]:
    """Patterns with the syntax of ``.gitignore``: a list, or one alone."""
    value: Any = reader.value(path)
    if isinstance(value, dict):
        reader.list(path)  # reports the wrong type
        return ()
    if not isinstance(value, list):
        written = reader.text(path)
        return (written,) if written is not None and _is_pattern(reader, path, written) else ()
    if len(value) > MAX_PATTERNS:
        message = text("“{name}” has more than {most} patterns.", name=path[-1], most=MAX_PATTERNS)
        reader.error("too-many-values", path, message)
        return ()
    found = [(reader.text((*path, i)), (*path, i)) for i in range(len(value))]
    return tuple(line for line, place in found if line is not None and _is_pattern(reader, place, line))


def _is_pattern(reader: Reader, path: Path, line: str, *, key: bool = False) -> bool:
    """Whether a line is a pattern of paths in the project; if not, a problem is reported."""
    bare = line.removeprefix("!")
    if bare.startswith("~") or ".." in bare.split("/"):
        message = text(
            "“{pattern}” leads out of the project. Bind the folder as data, or make a link to it in the "
            "project and name the link.",
            pattern=line,
        )
        reader.error("leads-out", path, message, key=key)
        return False
    try:
        pattern = compiled(line)
    except ValueError as error:
        message = text(
            "“{pattern}” is not a pattern: {reason}. It follows the rules of .gitignore.",
            pattern=line,
            reason=error,
        )
        reader.error("invalid-pattern", path, message, key=key)
        return False
    if pattern.include is None:
        message = text("“{pattern}” names no file: write a path in the project.", pattern=line)
        reader.error("invalid-pattern", path, message, key=key)
        return False
    return True
