"""The log files of the engine, the window and the command line."""

from __future__ import annotations

import io
import logging.handlers
from pathlib import Path

from bayescore.files.writing import append_to


class PrivateLog(logging.handlers.RotatingFileHandler):
    """A rotating log, private to this account whatever the umask; links are not followed."""

    def __init__(self, file: Path, max_bytes: int, backups: int) -> None:
        super().__init__(file, maxBytes=max_bytes, backupCount=backups, encoding="utf-8")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def _open(self) -> io.TextIOWrapper:
        raw = append_to(Path(self.baseFilename))
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding=self.encoding, errors=self.errors)
