"""Writing a file that another program may have changed meanwhile."""

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
    """Replace a file's content, whole or not at all.

    Raises
    ------
    FileChangedError
        When it holds something else than ``expected``; nothing is written then.
    ConfigError
        When it cannot be written.
    """
    try:
        current = read_bytes(file, MAX_BYTES)
    except FileNotFoundError:
        current = expected  # it is gone: writing it anew loses nothing
    except UnsuitableFileError:
        raise FileChangedError(file) from None
    if current not in (expected, content):
        raise FileChangedError(file)
    replace_bytes(file, content)


def read_project(file: Path) -> tuple[bytes, bytes]:
    """An ``openbayes.yaml`` and its local companion, which is empty when there is none.

    Raises
    ------
    ConfigError
        When one of them cannot be read.
    """
    local = file.with_name(LOCAL_FILE_NAME)
    return read_utf8(file), read_utf8(local) if local.exists() else b""
