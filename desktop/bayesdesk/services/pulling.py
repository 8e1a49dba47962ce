"""Pulls an image, with progress; can be cancelled at any time."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal

from bayescore.app.machine import pull_image
from bayescore.trials import images
from bayesdesk.services.background import Background


class Pull(QObject):
    """One pull; emits ``progressed`` at most twice a second, with :class:`images.PullProgress`."""

    progressed = Signal(object)
    succeeded = Signal()
    failed = Signal(object)  # Exception

    def __init__(self, background: Background, image: str, mirror: str | None) -> None:
        super().__init__()
        self.image = image
        self._ending = threading.Event()
        background.run(lambda: self._pull(mirror), self._done, self._refused)

    def _pull(self, mirror: str | None) -> None:
        pull_image(self.image, mirror=mirror, report=self._report, cancelled=self._ending)

    def _report(self, progress: images.PullProgress) -> None:
        copy = images.PullProgress(progress.image, dict(progress.layers))
        self.progressed.emit(copy)

    def _done(self, _none: None) -> None:
        self.succeeded.emit()

    def _refused(self, error: Exception) -> None:
        self.failed.emit(error)

    def cancel(self) -> None:
        """Cancel; layers that are complete are kept."""
        self._ending.set()
