"""Unsaved text: stored after a pause in typing, offered again after a crash."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from bayescore.config import Edit
from bayescore.errors import BayesdeskError
from bayescore.i18n import _
from bayesdesk.editor.text_model import TextModel
from bayesdesk.services.background import Background
from bayesdesk.services.drafts import Draft, Drafts

_log = logging.getLogger(__name__)
_PAUSE_MS = 700  # without a key press, before the text is stored


class DraftRecovery(QObject):
    """The draft of one file; ``found`` carries unsaved text of an earlier window."""

    found = Signal(object)  # Draft

    def __init__(self, model: TextModel, drafts: Drafts, background: Background) -> None:
        super().__init__()
        self._model, self._drafts, self._background = model, drafts, background
        self._in_order = threading.Lock()
        self._exists = False
        self.waiting: Draft | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._store)
        model.text_changed.connect(self._changed)
        model.saved.connect(self._changed)
        file = model.file
        background.run(lambda: drafts.find(file), self._look, lambda _e: None)

    def _look(self, draft: Draft | None) -> None:
        if draft is None:
            return
        self._exists = True
        if draft.text != self._model.text:
            self.waiting = draft
            self.found.emit(draft)

    def restore(self) -> None:
        """Replace the text with the draft, as one undo step."""
        if self.waiting is not None:
            text, self.waiting = self.waiting.text, None
            self._model.apply(Edit.between(self._model.text, text))

    def discard(self) -> None:
        """Delete the draft."""
        self.waiting = None
        self._pause.stop()
        self._exists = False
        file = self._model.file
        self._run(_("Deleting the draft"), lambda: self._drafts.forget(file))

    def _changed(self) -> None:
        if self._model.is_changed:
            self._pause.start()
        elif self._exists and self.waiting is None:
            self.discard()

    def _store(self) -> None:
        if not self._model.is_changed:
            return
        self._exists = True
        file, text = self._model.file, self._model.text
        self._run(_("Storing the draft"), lambda: self._drafts.keep(file, text))

    def _run(self, action: str, work: Callable[[], None]) -> None:
        def ordered() -> None:
            with self._in_order:
                try:
                    work()
                except (BayesdeskError, OSError) as error:  # editing and closing are possible without it
                    _log.warning("%s", error)

        self._background.run_to_end(action, ordered)
