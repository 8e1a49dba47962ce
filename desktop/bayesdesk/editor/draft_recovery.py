"""Unsaved text: stored after a pause in typing, offered again after a crash."""

from __future__ import annotations

import logging
import threading
from collections import deque
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
    """The drafts of one file.

    What is typed now has a draft of its own: drafts of earlier windows are kept until the user has decided
    about each of them.

    Attributes
    ----------
    waiting
        Unsaved texts of earlier windows, newest first.
    """

    found = Signal()  # there are texts of earlier windows

    def __init__(self, model: TextModel, drafts: Drafts, background: Background) -> None:
        super().__init__()
        self._model, self._drafts, self._background = model, drafts, background
        self._in_order = threading.Lock()
        self._work: deque[Callable[[], None]] = deque()  # a thread may overtake the one before it
        self._number: int | None = None  # of the own draft; None until the earlier ones have been read
        self._exists = False
        self.waiting: list[Draft] = []
        self._restored: list[Draft] = []  # that the text was replaced with, until it has been stored
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._store)
        model.text_changed.connect(self._changed)
        model.saved.connect(self._changed)
        file = model.file
        background.run(lambda: (drafts.find(file), drafts.free_number(file)), self._look, lambda _e: None)

    def _look(self, read: tuple[list[Draft], int]) -> None:
        found, self._number = read
        for draft in found:
            if draft.text == self._model.saved_text:
                self._forget(draft)
            else:
                self.waiting.append(draft)
        if self.waiting:
            self.found.emit()
        self._changed()

    def restore(self) -> None:
        """Replace the text with the newest waiting draft, as one undo step."""
        if self.waiting:
            draft = self.waiting.pop(0)
            self._restored.append(draft)
            self._model.apply(Edit.between(self._model.text, draft.text))
            self._changed()

    def reject(self) -> None:
        """Delete the newest waiting draft."""
        if self.waiting:
            self._forget(self.waiting.pop(0))

    def discard(self) -> None:
        """Delete the draft of what has been typed."""
        self._pause.stop()
        gone, self._restored = self._restored, []
        for draft in gone:
            self._forget(draft)
        if self._exists and self._number is not None:
            self._exists = False
            file, number = self._model.file, self._number
            self._run(_("Deleting the draft"), lambda: self._drafts.forget(file, number))

    def _changed(self) -> None:
        if self._model.is_changed:
            self._pause.start()
        else:
            self.discard()

    def _store(self) -> None:
        if not self._model.is_changed or self._number is None:
            return
        self._exists = True
        file, text, number = self._model.file, self._model.text, self._number
        self._run(_("Storing the draft"), lambda: self._drafts.keep(file, text, number))
        stored, self._restored = self._restored, []
        for draft in stored:
            self._forget(draft)

    def _forget(self, draft: Draft) -> None:
        file = self._model.file
        self._run(_("Deleting the draft"), lambda: self._drafts.forget(file, draft.number))

    def _run(self, action: str, work: Callable[[], None]) -> None:
        self._work.append(work)

        def ordered() -> None:
            with self._in_order:
                try:
                    self._work.popleft()()
                except (BayesdeskError, OSError) as error:  # editing and closing are possible without it
                    _log.warning("%s", error)

        self._background.run_to_end(action, ordered)
