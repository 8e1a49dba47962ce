"""Pulling an image, with the progress of each layer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHeaderView, QProgressBar, QTreeWidget, QTreeWidgetItem, QWidget

from bayescore.i18n import _
from bayescore.trials.images import PullProgress
from bayesdesk.models.formatting import size
from bayesdesk.services.background import Background
from bayesdesk.services.pulling import Pull
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import button, column, label, row


class PullDialog(QDialog):
    """Starts the pull when it opens. Closing it cancels the pull; finished layers are kept."""

    def __init__(
        self, parent: QWidget | None, background: Background, image: str, mirror: str | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Pull {image}", image=image))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 560, 380)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.windowTitle())
        self._words = label(_("contacting the registry…"), "secondary")
        self._error = label("", "problem", wrap=True, selectable=True)
        self._error.setProperty("severity", "error")
        self._layers = QTreeWidget()
        self._layers.setRootIsDecorated(False)
        self._layers.setAccessibleName(_("Layers"))
        self._layers.setHeaderLabels([_("Layer"), _("State"), _("Size")])
        self._layers.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._close = button(_("Cancel"), self.reject)
        layout = column(
            label(image, "title"),
            self._bar,
            self._words,
            self._layers,
            self._error,
            row(None, self._close),
            spacing=10,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self._pull = Pull(background, image, mirror)
        self._pull.progressed.connect(self._show)
        self._pull.succeeded.connect(self._done)
        self._pull.failed.connect(self._failed)

    def _show(self, progress: PullProgress) -> None:
        self._bar.setValue(round(100 * progress.share))
        done = sum(d for _s, d, _t in progress.layers.values())
        total = sum(t for _s, _d, t in progress.layers.values())
        self._words.setText(
            _("{done} of {total}, {share:.0%}", done=size(done), total=size(total), share=progress.share)
        )
        for layer, (state, _done, length) in progress.layers.items():
            item = self._items.get(layer)
            if item is None:
                item = self._items[layer] = QTreeWidgetItem([layer])
                self._layers.addTopLevelItem(item)
            item.setText(1, state)
            item.setText(2, size(length) if length else "")

    def _done(self) -> None:
        self._bar.setValue(100)
        self._words.setText(_("The image is on this machine."))
        self._close.setText(_("Close"))
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._error.setText(str(error))
        self._words.setText("")
        self._close.setText(_("Close"))

    def done(self, result: int) -> None:
        """Close, and cancel a pull that is not finished."""
        self._pull.cancel()
        super().done(result)
