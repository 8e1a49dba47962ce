"""The files that were opened last, which are remembered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

_MOST = 8
_KEY = "files/recent"


class RecentFiles(QObject):
    """Recently opened files, newest first."""

    changed = Signal()

    def files(self) -> list[Path]:
        """The files, newest first; they need not exist."""
        names = QSettings().value(_KEY, [])
        names = [names] if isinstance(names, str) else names  # Qt stores a list of one as its only element
        return [Path(str(n)) for n in names] if isinstance(names, list) else []

    def add(self, file: Path) -> None:
        """Put a file first."""
        self._set([file, *(f for f in self.files() if f != file)][:_MOST])

    def clear(self) -> None:
        """Forget every file."""
        self._set([])

    def _set(self, files: list[Path]) -> None:
        QSettings().setValue(_KEY, [str(f) for f in files])
        self.changed.emit()
