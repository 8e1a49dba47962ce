"""The analysis of a job says what early stopping would have saved."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from bayescore.config import EarlyStopping, LocalSettings
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.jobs.replay_card import ReplayCard
from bayesdesk.window import MainWindow
from support.timed_jobs import Ran, a_timed_job
from support.window import WAIT_MS, ended_page

FALLING = [0.9 - 0.8 * 0.6**step for step in range(20)]  # the objective is to be large


def analysed(window: MainWindow, qtbot, job: str) -> ReplayCard:
    page: JobPage = ended_page(window, qtbot, job)
    page.tabs.setCurrentIndex(page.names.index("analysis"))
    qtbot.waitUntil(lambda: page.findChild(ReplayCard) is not None, timeout=WAIT_MS)
    return page.findChild(ReplayCard)


def test_that_it_is_worked_out_when_the_user_asks(window: MainWindow, qtbot) -> None:
    ran = [Ran(20.0 * i, 20.0 * (i + 1), FALLING) for i in range(3)]
    card = analysed(window, qtbot, a_timed_job(window.database, *ran).id)
    assert not card.isHidden()
    assert card.bar.isHidden()
    assert card.cancel.isHidden()
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "would have stopped none of the 3 trials" in card.result.text(), timeout=WAIT_MS)
    assert not card.start.isHidden()
    assert card.bar.isHidden()


def test_that_a_job_without_curves_has_a_sentence_of_its_own(window: MainWindow, qtbot) -> None:
    card = analysed(window, qtbot, a_timed_job(window.database, Ran(0.0, 5.0, [0.5])).id)
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "more than once" in card.result.text(), timeout=WAIT_MS)


@pytest.mark.parametrize("local", [LocalSettings(early_stopping=EarlyStopping())])
def test_that_a_job_with_early_stopping_has_no_such_card(
    window: MainWindow, qtbot, local: LocalSettings
) -> None:
    card = analysed(window, qtbot, a_timed_job(window.database, Ran(0.0, 5.0, FALLING), local=local).id)
    assert card.isHidden()
