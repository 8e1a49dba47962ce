"""What screen readers find: every control has a name in the language of the window."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from bayescore.i18n import _
from bayesdesk.editor.fields import Labelled
from bayesdesk.ui.widgets import Segmented
from bayesdesk.window import MainWindow
from support.accessible import CONTROLS, name_of, nameless, tree
from support.every_page import dialogs, filled, pages, settle
from support.window import ended_page
from support.workspace import Workspace


def check_names(shown: Iterable[tuple[str, QWidget]]) -> None:
    """Assert that every control of each window has a name, when its turn to be shown comes."""
    found: dict[str, str] = {}
    for name, root in shown:
        settle()
        for each in nameless(root):
            found.setdefault(each, name)
    assert not found, "\n".join(f"{name}: {each}" for each, name in found.items())


@pytest.mark.timeout(600)
def test_that_every_control_of_every_page_has_a_name(window: MainWindow, workspace: Workspace, qtbot) -> None:
    file, jobs = filled(window, workspace, qtbot)
    check_names((name, window) for name in pages(window, qtbot, jobs, file))


@pytest.mark.timeout(600)
def test_that_every_control_of_every_dialog_has_a_name(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, jobs = filled(window, workspace, qtbot)
    check_names(dialogs(window, workspace, qtbot, jobs[0], file))


@pytest.mark.timeout(600)
def test_that_names_are_in_the_language_of_the_window(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, jobs = filled(window, workspace, qtbot)
    window.appearance.set_language("zh")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # of the English parts
    english: dict[str, str] = {}
    for page in pages(window, qtbot, jobs, file):
        settle()
        for each in tree(window):
            name = name_of(each)
            if each.role() in CONTROLS and _(name) != name:
                english.setdefault(name, page)
    assert not english


def test_that_the_options_of_a_choice_are_a_group_with_a_name(qtbot) -> None:
    choice = Segmented([("a", "One"), ("b", "Two")])
    labelled = Labelled("Runner", choice)
    qtbot.addWidget(labelled)
    interface = QAccessible.queryAccessibleInterface(choice)
    assert interface.role() is QAccessible.Role.Grouping
    assert name_of(interface) == "Runner"


def test_that_a_label_leads_to_its_field(qtbot) -> None:
    field = QLineEdit()
    labelled = Labelled("Seed", field)
    qtbot.addWidget(labelled)
    assert next(each.buddy() for each in labelled.findChildren(QLabel)) is field


def test_that_rows_of_jobs_and_trials_say_their_state(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    _file, jobs = filled(window, workspace, qtbot)
    page = ended_page(window, qtbot, jobs[0])
    page.tabs.setCurrentIndex(2)
    settle()
    rows = [name_of(each) for each in tree(window.sidebar.list)]
    assert sum("succeeded" in row for row in rows) == 2, rows
    cells = [name_of(each) for each in tree(page.table)]
    assert sum(cell.endswith("succeeded") for cell in cells) == len(page.model.view.trials), cells


@pytest.mark.timeout(600)
def test_that_every_chart_has_a_summary_in_words(window: MainWindow, workspace: Workspace, qtbot) -> None:
    file, jobs = filled(window, workspace, qtbot)
    found: dict[str, str] = {}
    for page in pages(window, qtbot, jobs, file):
        settle()
        for each in tree(window):
            if each.role() is QAccessible.Role.Chart:
                found[f"{page}: {name_of(each)}"] = each.text(QAccessible.Text.Description)
    assert {name.split(":")[0] for name in found} >= {"charts", "parallel-coordinates", "analysis", "compare"}
    assert all(found.values()), found
