"""The access that a project asks for, line by line, for the user to allow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from bayescore.app.consent import heading
from bayescore.app.permissions import Kind, Permission
from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.widgets import Card, button, clear, column, label, row

_SERIOUS = (Kind.PROCESS, Kind.WRITE, Kind.CLUSTER, Kind.ENGINE)
_ICON_PX = 17
_MAX_HEIGHT = 260  # px of the list, which scrolls


class ConsentCard(Card):
    """The list of requested access; hidden when it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("asks")
        self._heading = label("", "heading", wrap=True)
        advice = _("Start it only if you trust its author. You are asked once.")
        words = column(self._heading, label(advice, "secondary", wrap=True), spacing=2)
        top = row(_mark("trust", theme.palette().warning, 22), spacing=theme.px(12))
        top.addLayout(words, 1)
        top.setContentsMargins(*map(theme.px, (14, 12, 14, 10)))
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(*map(theme.px, (14, 0, 14, 12)))
        self._lines.setSpacing(theme.px(8))
        self._inner = QWidget()
        self._inner.setLayout(self._lines)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._inner)
        self.body.addLayout(top)
        self.body.addWidget(self._scroll)
        self.setVisible(False)

    def show_asks(self, asks: Sequence[Permission], job: str | None = None) -> None:
        """Show the requested access; see :func:`heading` for ``job``."""
        clear(self._lines)
        self._heading.setText(str(heading(job)))
        for permission in asks:
            self._lines.addWidget(_line(permission))
        self.setVisible(bool(asks))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the wrapped lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(self.width() - 2, 1)
        height = self._lines.heightForWidth(width)
        self._scroll.setFixedHeight(max(0, min(height, theme.px(_MAX_HEIGHT))))


class ConsentDialog(QDialog):
    """Asks before a job continues that was not started on this machine."""

    allowed = Signal(object)  # tuple[Permission, ...]

    def __init__(
        self, parent: QWidget | None, name: str, asks: tuple[Permission, ...], job: str | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Continue {name}", name=name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, theme.px(620), theme.px(300))
        self.card = ConsentCard()
        self.allow = button(_("Allow and continue"), self.accept, kind="primary", meaning="start")
        cancel = button(_("Cancel"), self.reject)
        layout = column(
            row(label(self.windowTitle(), "title"), None, help_mark("security")),
            self.card,
            None,
            row(None, cancel, self.allow),
            spacing=theme.px(12),
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, theme.px(16), theme.PAGE_MARGIN, theme.px(16))
        self.setLayout(layout)
        self.card.show_asks(asks, job)
        self.accepted.connect(lambda: self.allowed.emit(asks))
        cancel.setFocus()  # the Enter key alone must not allow anything


def _line(permission: Permission) -> QWidget:
    made = QWidget()
    tone = theme.palette().warning if permission.kind in _SERIOUS else theme.palette().secondary
    name = label(breakable(str(permission.name)), wrap=True)
    detail = label(breakable(str(permission.detail)), "secondary", wrap=True)
    mark = _mark(permission.kind.value, tone, _ICON_PX)
    layout = row(mark, spacing=theme.px(12))
    layout.addLayout(column(name, detail, spacing=1), 1)
    layout.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    made.setLayout(layout)
    return made


def _mark(meaning: str, colour: str, size: int) -> QLabel:
    made = QLabel()
    made.setPixmap(icon(meaning, colour).pixmap(theme.px(size), theme.px(size)))
    made.setAlignment(Qt.AlignmentFlag.AlignTop)
    made.setFixedWidth(theme.px(22))
    return made
