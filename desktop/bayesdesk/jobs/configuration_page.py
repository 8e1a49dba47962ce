"""The settings of a job."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QScrollArea, QSplitter, QVBoxLayout, QWidget

from bayescore.app.lineage import EarlierJob
from bayescore.i18n import _
from bayescore.store import Job
from bayesdesk.models.configuration import Group, Setting, groups_of
from bayesdesk.models.formatting import shortened
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.elided import MIDDLE, ElidedText
from bayesdesk.ui.open_url import open_path
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import Card, button, column, label, row, rule
from bayesdesk.ui.yaml_highlighter import YamlHighlighter

_TITLE_WIDTH = 110
_TITLE_MOST = 150  # pixels: a long title leaves room for its value
_LEAST_PX = 60  # of a title or value that is shortened


class ConfigurationPage(QWidget):
    """The file as it was when the job was submitted, and the settings of this machine."""

    job_requested = Signal(str)  # id of a job that this one continues

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._continued: tuple[EarlierJob, ...] = ()
        job = model.view.job
        self.text = _made_text(job)
        self._highlighter = YamlHighlighter(self.text.document())
        file = Card("openbayes.yaml", _("as it was when the job was submitted"))
        file.body.addWidget(self.text)
        machine = Card(_("This machine"))
        self._shown: list[Group] = []
        self._settings = QScrollArea()
        self._settings.setWidgetResizable(True)
        machine.body.addWidget(self._settings)
        split = QSplitter()
        split.setObjectName("open")
        split.setHandleWidth(theme.CARD_GAP)
        split.setChildrenCollapsible(False)
        split.addWidget(file)
        split.addWidget(machine)
        split.setSizes([600, 400])
        self.setLayout(row(split))
        Redraw(self, model, self._show, Change.STATE | Change.EVENTS).now()

    def _show(self, _change: Change) -> None:
        view = self._model.view
        groups = groups_of(view.job, view.events)
        if (groups, view.continues) == (self._shown, self._continued):
            return
        self._shown, self._continued = groups, view.continues
        self._settings.setWidget(self._made_settings(groups))

    def _made_settings(self, groups: Sequence[Group]) -> QWidget:
        content = column(spacing=6)
        content.setContentsMargins(13, 4, 13, 13)
        content.addLayout(self._made_links())
        for group in groups:
            content.addWidget(label(group.title, "section"))
            content.addLayout(self._made_group(group))
        content.addStretch(1)
        inner = QWidget()
        inner.setLayout(content)
        return inner

    def _made_group(self, group: Group) -> QGridLayout:
        lines = QGridLayout()
        lines.setContentsMargins(0, 0, 0, 8)
        lines.setHorizontalSpacing(12)
        lines.setVerticalSpacing(5)
        lines.setColumnMinimumWidth(0, _TITLE_WIDTH)
        lines.setColumnStretch(1, 1)
        for i, setting in enumerate(group.settings):
            if i:
                lines.addWidget(rule(), 2 * i - 1, 0, 1, 3)
            title = _shortened(setting.title, "secondary")
            title.setMaximumWidth(theme.px(_TITLE_MOST))
            lines.addWidget(title, 2 * i, 0)
            lines.addWidget(_shortened(setting.value), 2 * i, 1)
            if setting.folder is not None:
                lines.addWidget(_folder_link(setting), 2 * i, 2)
        return lines

    def _made_links(self) -> QVBoxLayout:
        """Links to the jobs that this one continues."""
        links = QVBoxLayout()
        links.setSpacing(4)
        if self._continued:
            links.addWidget(label(_("Continues"), "section"))
        for job in self._continued:
            ask = partial(self.job_requested.emit, job.id)
            links.addLayout(
                row(button(shortened(str(job.words)), ask, kind="link", tip=str(job.words)), None)
            )
        links.addSpacing(8 * bool(self._continued))
        return links


def _made_text(job: Job) -> QPlainTextEdit:
    made = QPlainTextEdit(job.submission.file_text.removeprefix("\ufeff"))
    made.setObjectName("log")
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setAccessibleName("openbayes.yaml")
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    return made


def _shortened(words: str, role: str = "") -> ElidedText:
    return ElidedText(words, role, mode=MIDDLE, least_px=_LEAST_PX)


def _folder_link(setting: Setting) -> QWidget:
    folder = Path(setting.folder or "")
    made = button("", lambda: open_path(made, folder), kind="quiet", meaning="folder", tip=_("Open folder"))
    return made
