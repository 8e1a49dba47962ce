"""Keeps what is typed until it is saved, and brings it back after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from bayescore.config import Edit
from bayesdesk.editor.text_model import TextModel
from bayesdesk.services.background import Background
from bayesdesk.services.drafts import Draft, Drafts

_REST_MS = 700  # after so long without a keystroke the text is kept


class DraftKeeper(QObject):
    """Of one file; ``found`` tells of a text that an earlier window has left behind."""

    found = Signal(object)  # Draft

    def __init__(self, model: TextModel, drafts: Drafts, background: Background) -> None:
        super().__init__()
        self._model, self._drafts, self._background = model, drafts, background
        self._order = threading.Lock()
        self._has_one = False
        self.waiting: Draft | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._keep)
        model.changed.connect(self._changed)
        file = model.file
        background.run(lambda: drafts.find(file), self._look, lambda _e: None)

    def _look(self, draft: Draft | None) -> None:
        if draft is None:
            return
        self._has_one = True
        if draft.text != self._model.text:
            self.waiting = draft
            self.found.emit(draft)

    def bring_back(self) -> None:
        """Take over what was found, as one step that can be undone."""
        if self.waiting is not None:
            text, self.waiting = self.waiting.text, None
            self._model.apply(Edit.between(self._model.text, text))

    def let_go(self) -> None:
        """Forget what is kept."""
        self.waiting = None
        self._rest.stop()
        self._has_one = False
        file = self._model.file
        self._run(lambda: self._drafts.forget(file))

    def _changed(self) -> None:
        if self._model.is_changed:
            self._rest.start()
        elif self._has_one and self.waiting is None:
            self.let_go()

    def _keep(self) -> None:
        if not self._model.is_changed:
            return
        self._has_one = True
        file, text = self._model.file, self._model.text
        self._run(lambda: self._drafts.keep(file, text))

    def _run(self, work: Callable[[], None]) -> None:
        def in_order() -> None:
            with self._order:
                work()

        self._background.run(in_order, None, lambda _e: None)
