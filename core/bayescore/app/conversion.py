"""Converts a settings file to UTF-8; the original is kept beside it."""

from __future__ import annotations

from pathlib import Path

from bayescore.config.encodings import NotUtf8Error, converted
from bayescore.results import replace_bytes


def convert_file(found: NotUtf8Error) -> Path:
    """Write the text of a file in UTF-8; return the copy of the original.

    Raises
    ------
    ConfigError
        When its encoding is not known, or when one of the two cannot be written.
    """
    if found.encoding is None:
        raise found
    kept = free_copy(found.file, found.encoding)
    replace_bytes(kept, found.content)
    replace_bytes(found.file, converted(found.content, found.encoding))
    return kept


def free_copy(file: Path, encoding: str) -> Path:
    """A name beside the file that is not in use, such as ``openbayes.yaml.gb18030``."""
    first = file.with_name(f"{file.name}.{encoding}")
    others = (file.with_name(f"{first.name}.{n}") for n in range(2, 1000))
    return next((name for name in (first, *others) if not name.exists()), first)
