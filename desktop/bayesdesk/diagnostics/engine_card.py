"""The engine: whether it runs, its version and its log; start and stop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from bayescore import __version__
from bayescore.app import engine_control
from bayescore.i18n import _
from bayescore.store import DataFolder
from bayescore.times import now, parsed
from bayesdesk.jobs.log_view import LogView
from bayesdesk.models.formatting import span
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import Card, badge, button, column, label, row, set_tone


class EngineCard(Card):
    """Stopping the engine does not stop trials; the next engine continues them."""

    def __init__(self, watch: MachineWatch, background: Background, folder: DataFolder) -> None:
        super().__init__(_("Engine"), _("runs the jobs, also without the window"))
        self._watch, self._background, self._folder = watch, background, folder
        self._state = badge()
        self._words = label("", "secondary", wrap=True, selectable=True)
        self.start = button(_("Start"), self._start)
        self.stop = button(_("Stop"), self._stop)
        self.stop.setToolTip(_("Running trials are not stopped. The next engine continues them."))
        line = row(
            self._state, self._words, button(_("Show log"), self.show_log, kind="link"), self.start, self.stop
        )
        line.setStretch(1, 1)
        line.setContentsMargins(13, 2, 13, 11)
        self.body.addLayout(line)
        watch.machine_changed.connect(self.show_engine)
        self.show_engine()

    def show_engine(self) -> None:
        """Show the latest state of the engine."""
        machine = self._watch.machine
        if machine is None:
            return
        engine = machine.engine
        self._state.setText(_("running") if engine.running else _("stopped"))
        set_tone(self._state, "good" if engine.running else "")
        self.start.setVisible(not engine.running)
        self.stop.setVisible(engine.running)
        if engine.running and engine.since:
            time = span((parsed(now()) - parsed(engine.since)).total_seconds())
            self._words.setText(
                _(
                    "version {version}, running for {time}, process {pid}",
                    version=engine.version,
                    time=time,
                    pid=engine.pid,
                )
            )
        else:
            self._words.setText(
                _("version {version}; starts automatically with the next job", version=__version__)
            )

    def _start(self) -> None:
        self._change(_("Starting the engine"), lambda: engine_control.start(self._folder))

    def _stop(self) -> None:
        self._change(_("Stopping the engine"), lambda: engine_control.stop(self._folder))

    def _change(self, action: str, work: Callable[[], object]) -> None:
        self.start.setEnabled(False)
        self.stop.setEnabled(False)
        self._background.run_to_end(action, work, self._changed, self._failed)

    def _changed(self, _result: object) -> None:
        self.start.setEnabled(True)
        self.stop.setEnabled(True)
        self._watch.look()

    def _failed(self, error: Exception) -> None:
        self._changed(None)
        self._words.setText(str(error))

    def show_log(self) -> QDialog:
        """Open the engine's log."""
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(_("Engine log"))
        fit_to_screen(dialog, 900, 560)
        layout = column(LogView(self._background, self._folder.engine_log, _("Engine log")))
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        dialog.setLayout(layout)
        dialog.open()
        return dialog
