"""The packages that Bayesdesk is built on, and their licences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QPlainTextEdit,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from bayescore.i18n import _
from bayescore.licences import Shipped
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button, column, label, row


class LicencesDialog(QDialog):
    """Packages on the left, the licence of the selected one on the right."""

    def __init__(self, parent: QWidget, packages: Sequence[Shipped]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Licences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 1000, 640)
        self._packages = sorted(packages, key=lambda package: package.name != "bayesdesk")  # ours first
        self.table = QTreeWidget()
        self.table.setAccessibleName(_("Packages"))
        self.table.setHeaderLabels([_("Package"), _("Version"), _("Licence")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for package in self._packages:
            item = QTreeWidgetItem([package.name, package.version, package.licence])
            item.setToolTip(2, as_text(package.licence))
            self.table.addTopLevelItem(item)
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().setStretchLastSection(True)
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setAccessibleName(_("Licence"))
        self.words.setReadOnly(True)
        self.words.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.table.currentItemChanged.connect(lambda *_items: self._show())
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.table)
        both.addWidget(self.words)
        both.setSizes([370, 590])
        thanks = _("Bayesdesk is built on these packages, each under its own licence.")
        layout = column(
            label(_("Licences"), "title"),
            label(thanks, "secondary", wrap=True),
            both,
            row(None, button(_("Close"), self.accept)),
            spacing=12,
        )
        layout.setStretchFactor(both, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self.table.setCurrentIndex(self.table.model().index(0, 0))

    def _show(self) -> None:
        package = self._packages[self.table.currentIndex().row()]
        texts = [words.strip() for words in package.texts]
        self.words.setPlainText("\n\n\n".join(texts) or _("The package contains no licence text."))
