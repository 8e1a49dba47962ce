"""Reads and writes files that another program may change at the same time."""

from __future__ import annotations

from pathlib import Path

from bayescore.config import LOCAL_FILE_NAME
from bayescore.config.load import MAX_BYTES, read_utf8
from bayescore.errors import ConfigError
from bayescore.files import UnsuitableFileError, read_bytes
from bayescore.i18n import text
from bayescore.results import replace_bytes


class FileChangedError(ConfigError):
    """The file on disk is not the one that was read."""

    def __init__(self, file: Path) -> None:
        super().__init__(text("{file} has been changed by another program.", file=file))


def write_unless_changed(file: Path, content: bytes, expected: bytes) -> None:
    """Replace a file's content atomically.

    Raises
    ------
    FileChangedError
        When its content is not ``expected``; nothing is written.
    ConfigError
        When it cannot be written.
    """
    try:
        current = read_bytes(file, MAX_BYTES)
    except FileNotFoundError:
        current = expected  # it was deleted: writing it loses nothing
    except UnsuitableFileError:
        raise FileChangedError(file) from None
    if current not in (expected, content):
        raise FileChangedError(file)
    replace_bytes(file, content)


def read_project(file: Path) -> tuple[bytes, bytes]:
    """The content of an ``openbayes.yaml`` and of its local file, which is empty when it does not exist.

    Raises
    ------
    ConfigError
        When one of them cannot be read.
    """
    local = file.with_name(LOCAL_FILE_NAME)
    return read_utf8(file), read_utf8(local) if local.exists() else b""
