"""Every page and every dialog of the window, shown one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from bayescore.app.new_project import Proposal, plan_project
from bayescore.app.permissions import Kind, Permission
from bayescore.app.study_import import read_text
from bayescore.i18n import text
from bayescore.metrics.marked_number import numbers
from bayesdesk.closing_dialog import ClosingDialog
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.pattern_dialog import MarkedNumber, PatternDialog
from bayesdesk.editor.pull_dialog import PullDialog
from bayesdesk.import_dialog import ImportDialog
from bayesdesk.jobs.job_dialogs import DetailsDialog, TagsDialog
from bayesdesk.new_file_dialog import NewFileDialog, NewFilesDialog
from bayesdesk.ui.consent import ConsentDialog
from bayesdesk.ui.diff_view import DiffDialog
from bayesdesk.ui.message_box import Answer, MessageBox
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, ended_page, open_editor
from support.workspace import Workspace

SPECS = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.1, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "activation", "type": "CATEGORICAL", "categorical_values": ["relu", "tanh"]},
]


def filled(window: MainWindow, workspace: Workspace, qtbot) -> tuple[Path, list[str]]:
    """A project and two ended jobs, in the list of the window."""
    file = workspace.write(
        specs=SPECS,
        max_job_count=6,
        side_metrics=["loss"],
        root={
            "parameters": {"epochs": 3},
            "data_bindings": [{"data": "user/dataset/1", "path": "/input0", "type": "ro"}],
        },
        local={"environment": {"SEED": "1"}, "data": {"user/dataset/1": "."}},
    )
    jobs = [workspace.insert(points=3).id for _ in range(2)]
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    return file, jobs


def pages(window: MainWindow, qtbot, jobs: list[str], file: Path) -> Iterator[str]:
    """Show every page of the main window; each by its name."""
    window.show_start()
    yield "start"
    page = ended_page(window, qtbot, jobs[0])
    for index, name in enumerate(page.names):
        page.tabs.setCurrentIndex(index)
        if name == "analysis":
            qtbot.waitUntil(lambda: page.analysis._is_built, timeout=WAIT_MS)
        yield name
    page.tabs.setCurrentIndex(0)
    window.show_jobs()
    yield "jobs"
    window.compare(*jobs)
    comparison = window.comparison
    assert comparison is not None
    qtbot.waitUntil(lambda: comparison.best.columnCount() > len(jobs), timeout=WAIT_MS)  # they are read
    yield "compare"
    window.show_diagnostics()
    qtbot.waitUntil(lambda: window.diagnostics is not None and window.diagnostics.is_done, timeout=WAIT_MS)
    yield "diagnostics"
    editor = shown_editor(window, qtbot, file)
    for side in ("form", "yaml", "both"):
        editor.show_sides(side)
        yield f"editor, {side}"


def shown_editor(window: MainWindow, qtbot, file: Path) -> EditorPage:
    """The editor, with the analysed file and everything of its form."""
    if window.editor is None:
        open_editor(window, qtbot, file)
    window.pages.return_to_editor()
    editor = window.editor
    assert editor is not None
    qtbot.waitUntil(lambda: editor.model.is_current, timeout=WAIT_MS)
    if editor.run_settings._details.isHidden():
        editor.run_settings._more.click()
    return editor


def dialogs(
    window: MainWindow, workspace: Workspace, qtbot, job: str, file: Path
) -> Iterator[tuple[str, QWidget]]:
    """Show every dialog, and close it after the caller has looked at it."""
    page = ended_page(window, qtbot, job)
    editor = shown_editor(window, qtbot, file)
    best = page.model.view.best
    assert best is not None

    def opened(open_it: Callable[[], object]) -> Callable[[], QWidget]:
        def act() -> QWidget:
            before = set(QApplication.topLevelWidgets())
            open_it()

            def new() -> list[QWidget]:
                every = QApplication.topLevelWidgets()
                return [w for w in every if w not in before and w.isVisible() and w.windowTitle()]

            qtbot.waitUntil(lambda: bool(new()), timeout=WAIT_MS)
            return new()[0]

        return act

    def own(make: Callable[[], QDialog]) -> Callable[[], QWidget]:
        return opened(lambda: make().open())

    row = window.rows[0]
    answers = [Answer("No"), Answer("Yes", kind="primary")]
    study = read_text("x\tn\tactivation\tscore\n0.5\t1\trelu\t0.1\n", "copied", file.parent)
    planned = plan_project(file.parent / "new", "digits")
    proposal = Proposal(file, "command: python main.py\n", (text("a remark"),), "runner: process\n")
    asked = (Permission(Kind.WRITE, frozenset(), text("a folder"), text("can be written")),)
    for name, act in (
        ("preferences", opened(window.show_preferences)),
        ("welcome", opened(window.welcome)),
        ("commands", opened(window.show_palette)),
        ("keys", opened(lambda: window.help.show_keys(window.actions_by_name))),
        ("licences", opened(window.help.show_licences)),
        ("manual", opened(lambda: window.help.show_manual("window"))),
        ("start", opened(editor.start)),
        ("platform", opened(editor.run_on_platform)),
        ("trial", opened(lambda: page.trial_actions.open(best))),
        ("result", opened(lambda: page.trial_actions.use(best))),
        ("name and note", own(lambda: DetailsDialog(window, row))),
        ("tags", own(lambda: TagsDialog(window, [row], ["good", "old"]))),
        ("changes", own(lambda: DiffDialog(window, "Changes", "a: 1\n", "a: 2\n"))),
        ("question", own(lambda: MessageBox(window, "help", "Delete it?", "It is large.", answers))),
        ("consent", own(lambda: ConsentDialog(window, "digits", asked, None))),
        ("import", own(lambda: ImportDialog(window, study, file.parent))),
        ("new files", own(lambda: NewFilesDialog(window, planned))),
        (
            "new file",
            own(lambda: NewFileDialog(window, proposal, file.with_name("main.py"), window.background)),
        ),
        ("interpreters", opened(editor.run_settings._python.choose)),
        ("closing", own(lambda: ClosingDialog(window))),
        ("pattern", own(lambda: a_pattern_dialog(window, file))),
        ("several", opened(lambda: window.queue_projects([file, file.parent]))),
        ("pull", own(lambda: PullDialog(window, window.background, "no-such-image:1", None))),
    ):
        dialog = act()
        yield name, dialog
        dialog.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def a_pattern_dialog(window: MainWindow, file: Path) -> PatternDialog:
    """The dialog of a number in a log of 200 lines, which is beside a project's file."""
    lines = [f"epoch {epoch}: train_loss=9 val_loss={epoch / 8}" for epoch in range(200)]
    log = file.with_name("log.txt")
    log.write_text("\n".join(lines))
    marked = MarkedNumber(lines[-1], numbers(lines[-1])[-1], "\n".join(lines), len(lines) - 1)
    return PatternDialog(window, window.background, log, marked, ("val_loss",))


def settle() -> None:
    """Let layouts follow: some need a second round, after the first has changed the width of a text."""
    for _ in range(2):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
