"""Adds what no trial needs to ``.openbayesignore``."""

from __future__ import annotations

from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.files import read_text, replace
from bayescore.i18n import text
from bayescore.trials.ignoring import IGNORE_FILE, MAX_BYTES, as_pattern


def ignore(project: Path, path: str) -> None:
    """Add a folder of a project to its ``.openbayesignore``, unless it is there.

    Raises
    ------
    ConfigError
        When the file cannot be read or written.
    """
    file, line = project / IGNORE_FILE, f"{as_pattern(path)}/"
    try:
        content = read_text(file, MAX_BYTES, errors="surrogateescape") if file.exists() else ""
        if line in content.splitlines():
            return
        separator = "" if not content or content.endswith("\n") else "\n"
        replace(file, f"{content}{separator}{line}\n".encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=file, reason=error.strerror or str(error)),
            text("Add this line to it yourself: {line}", line=line),
        ) from None
