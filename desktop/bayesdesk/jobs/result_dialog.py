"""The dialog “Use as result”: shows the change of ``openbayes.yaml``, then writes it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from bayescore.app.write_back import with_ranges, with_values
from bayescore.config import FILE_NAME, YamlDocument
from bayescore.config.load import read_utf8
from bayescore.errors import BayesdeskError
from bayescore.i18n import _
from bayescore.results import leading, replace_bytes
from bayescore.store import Trial
from bayesdesk.models.snapshot import JobView
from bayesdesk.services.background import Background
from bayesdesk.services.files import write_unless_changed
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import Segmented, button, column, label, row


class ResultDialog(Dialog):
    """Offers the parameters of the trial, or narrower ranges, as a change of the file."""

    def __init__(self, parent: QWidget | None, background: Background, view: JobView, trial: Trial) -> None:
        super().__init__(parent)
        self._background = background
        self._view = view
        self._trial = trial
        self._file = Path(view.job.submission.project) / FILE_NAME
        self._content = b""  # of the file
        self._is_writing = False
        self._before: YamlDocument | None = None
        self._after: YamlDocument | None = None
        self.setWindowTitle(_("Use trial #{number} as the result", number=trial.number))
        self.setMinimumSize(720, 460)
        self._kind = Segmented([("values", _("As parameters")), ("ranges", _("As narrower ranges"))])
        self._kind.choose("values")
        group(self._kind, self.windowTitle())
        self._kind.chosen.connect(lambda _kind: self._show())
        self._diff = DiffView()
        self._message = label("", "problem", wrap=True)
        self._keep = QCheckBox(_("Keep a copy as {name}", name=f"{FILE_NAME}.bak"))
        self._keep.setChecked(True)
        self._write = button(_("Write to file"), self._write_file, kind="primary")
        self._write.setEnabled(False)
        about = label(
            _("Its values are written into openbayes.yaml. Nothing else in the file changes."), "secondary"
        )
        foot = row(self._keep, None, button(_("Cancel"), self.reject), self._write)
        layout = column(
            label(self.windowTitle(), "title"),
            about,
            row(self._kind, None, label(str(self._file), "caption")),
            self._diff,
            self._message,
            foot,
            spacing=12,
        )
        layout.setStretchFactor(self._diff, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 18, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        background.run(lambda: read_utf8(self._file), self._read, self._failed)

    def _read(self, content: bytes) -> None:
        self._content = content
        self._before = YamlDocument.parse(content.decode("utf-8"))
        self._show()

    def _show(self) -> None:
        if self._before is None:
            return
        try:
            self._after = self._changed(self._before)
        except BayesdeskError as error:
            self._after = None
            self._failed(error)
            return
        self._message.setText("")
        self._diff.show_difference(self._before.text, self._after.text)
        same = self._before.text == self._after.text
        if same:
            self._message.setText(_("The file already has these values."))
        self._write.setEnabled(not same)

    def _changed(self, document: YamlDocument) -> YamlDocument:
        if self._kind.value() == "values":
            return with_values(document, self._trial)
        chosen = leading(self._view.trials, self._view.job.config.hyper_tuning.goal)
        return with_ranges(document, self._view.job, chosen)

    def _write_file(self) -> None:
        assert self._after is not None
        file, before, after = self._file, self._content, self._after.text.encode()
        keep = self._keep.isChecked()
        self._write.setEnabled(False)
        self._is_writing = True
        action = _("Saving {file}", file=file.name)
        self._background.run_to_end(
            action, lambda: _write(file, before, after, keep), self._done, self._failed
        )

    def _done(self, _none: None) -> None:
        self._is_writing = False
        self.accept()

    def reject(self) -> None:
        """Close, but not before it is known whether the file has been written."""
        if not self._is_writing:
            super().reject()

    def _failed(self, error: Exception) -> None:
        self._is_writing = False
        self._message.setProperty("severity", "error")
        self._message.setText(str(error))
        self._write.setEnabled(False)


def _write(file: Path, before: bytes, after: bytes, keep: bool) -> None:
    """Keep a copy of the content that was shown, and replace it, unless it has changed since."""
    if keep:
        replace_bytes(file.with_name(f"{file.name}.bak"), before)
    write_unless_changed(file, after, before)
