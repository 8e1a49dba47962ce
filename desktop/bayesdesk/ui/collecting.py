"""Python's cycle collector kept on the GUI thread.

A cycle may hold widgets. When the collector happens to run on another thread it deletes
them there, which Qt does not allow and answers with a crash some time later.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 200


class GuiThreadCollector(QObject):
    """Collects at the usual thresholds, but only when the event loop comes round."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    @staticmethod
    def _collect() -> None:
        for generation, threshold in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= threshold:
                return
            gc.collect(generation)
