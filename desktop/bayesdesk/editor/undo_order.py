"""The order of the undo steps of two texts: one history for both files and both sides of the editor."""

from __future__ import annotations

from functools import partial

from bayesdesk.editor.text_model import TextModel


class UndoOrder:
    """Undoes and redoes the steps of several texts in the order in which they were made."""

    def __init__(self, *models: TextModel) -> None:
        self._models = models
        self._done: list[TextModel] = []
        self._undone: list[TextModel] = []
        for model in models:
            model.text_document.undoCommandAdded.connect(partial(self._record, model))

    def _record(self, model: TextModel) -> None:
        """Record which of the texts the newest step changes."""
        if not model.joins_last_step:
            self._done.append(model)
        self._undone.clear()

    def undo(self) -> TextModel | None:
        """The text whose last step is to be undone; ``None`` when there is none."""
        while self._done:
            model = self._done.pop()
            if model.text_document.isUndoAvailable():
                self._undone.append(model)
                return model
        return next((m for m in self._models if m.text_document.isUndoAvailable()), None)

    def redo(self) -> TextModel | None:
        """The text whose last undone step is to be made again; ``None`` when there is none."""
        while self._undone:
            model = self._undone.pop()
            if model.text_document.isRedoAvailable():
                self._done.append(model)
                return model
        return next((m for m in self._models if m.text_document.isRedoAvailable()), None)
