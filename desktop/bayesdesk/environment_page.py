"""What trials need of this machine, whether it is there, and the command that mends it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from bayescore.engine.checkup import Finding, Grade, examine
from bayescore.i18n import _
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import Card, badge, button, clear, column, label, row, rule, set_tone

_MARKS = {Grade.OK: ("check", "good"), Grade.WARNING: ("warning", "warning"), Grade.PROBLEM: ("error", "bad")}


class EnvironmentPage(QWidget):
    """The command line's ``doctor`` in the window."""

    def __init__(self, background: Background) -> None:
        super().__init__()
        self.setObjectName("page")
        self._background = background
        self._findings: list[Finding] = []
        self._summary = badge()
        self._again = button(_("Check again"), self.check_again, kind="primary", meaning="again")
        copy = button(_("Copy report"), self._copy, meaning="copy")
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = row(label(_("Environment"), "title"), self._summary, None, copy, self._again)
        head.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        top.setLayout(head)
        card = Card(_("Checks"), "")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        card.body.addLayout(self._rows)
        inner = QWidget()
        inside = column(card, None)
        inside.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        inner.setLayout(inside)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self.setLayout(column(top, scroll, spacing=0))

    @property
    def is_done(self) -> bool:
        """Whether the newest examination has come to its end."""
        return bool(self._findings) and self._again.isEnabled()

    def check_again(self) -> None:
        """Examine the machine, off the GUI thread."""
        self._again.setEnabled(False)
        self._summary.setText(_("checking …"))
        set_tone(self._summary, "")
        self._background.run(examine, self._show, self._failed)

    def _show(self, findings: list[Finding]) -> None:
        self._findings = findings
        self._again.setEnabled(True)
        clear(self._rows)
        for finding in findings:
            self._rows.addWidget(rule())
            self._rows.addWidget(self._row(finding))
        wrong = sum(f.grade is not Grade.OK for f in findings)
        words = _("all is well") if not wrong else _("{count} to look at", count=wrong)
        self._summary.setText(words)
        grave = any(f.grade is Grade.PROBLEM for f in findings)
        set_tone(self._summary, "bad" if grave else "warning" if wrong else "good")

    def _failed(self, error: Exception) -> None:
        self._again.setEnabled(True)
        self._summary.setText(str(error))
        set_tone(self._summary, "bad")

    def _row(self, finding: Finding) -> QWidget:
        made = QWidget()
        name, tone = _MARKS[finding.grade]
        mark = QLabel()
        mark.setPixmap(icon(name, getattr(theme.palette(), tone)).pixmap(17, 17))
        mark.setAccessibleName(finding.grade.value)
        topic = label(_topics().get(finding.topic, finding.topic))
        topic.setFixedWidth(190)
        said = column(label(str(finding.message), "secondary", wrap=True, selectable=True), spacing=6)
        if finding.mend is not None:
            mend = str(finding.mend)
            ground = Card()
            ground.setObjectName("sunk")
            line = row(label(mend, "mono_small", wrap=True, selectable=True))
            line.setStretch(0, 1)
            copy = button(
                "",
                lambda: QGuiApplication.clipboard().setText(mend),
                kind="quiet",
                meaning="copy",
                tip=_("Copy"),
            )
            line.addWidget(copy)
            line.setContentsMargins(9, 4, 4, 4)
            ground.body.addLayout(line)
            said.addWidget(ground)
        layout = row(mark, topic, spacing=14)
        layout.addLayout(said, 1)
        for part in (mark, topic):
            layout.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        layout.setContentsMargins(14, 10, 14, 10)
        made.setLayout(layout)
        return made

    def _copy(self) -> None:
        lines = [f"{f.grade.value}: {f.message}" + (f" → {f.mend}" if f.mend else "") for f in self._findings]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _topics() -> dict[str, str]:
    return {
        "python": "Python",
        "data": _("Data folder"),
        "disk": _("Disk"),
        "docker": _("Docker engine"),
        "images": _("Images"),
        "reach": _("A container reaches us"),
        "gpus": "GPU",
        "toolkit": _("NVIDIA toolkit"),
    }
