"""Views redraw for what they show, while they are visible, and not more often than their pause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLineEdit, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from bayescore.store import TrialState
from bayesdesk.jobs.analysis_page import AnalysisPage
from bayesdesk.jobs.filter_bar import FilterBar
from bayesdesk.models.filter import Brush
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change, JobView
from bayesdesk.plots.importance import ImportanceChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.services.background import Background
from bayesdesk.ui.redraw import Redraw
from support.views import a_trial, a_view
from support.window import WAIT_MS

THREE = a_view([a_trial(n, n / 10) for n in (1, 2, 3)])
FIVE = a_view([a_trial(n, n / 10) for n in range(1, 6)])


class Drawn:
    """A visible widget that remembers what it was asked to draw."""

    def __init__(self, qtbot, model: JobModel, on: Change, **options) -> None:
        self.widget, self.changes = QWidget(), []
        qtbot.addWidget(self.widget)
        self.redraw = Redraw(self.widget, model, self.changes.append, on, **options)

    def show(self, qtbot) -> None:
        with qtbot.waitExposed(self.widget):
            self.widget.show()
        qtbot.waitUntil(lambda: bool(self.changes), timeout=WAIT_MS)
        self.changes.clear()


def more_points(view: JobView) -> JobView:
    return replace(view, series=dict(view.series))


@pytest.fixture
def model(qapp: object) -> JobModel:
    return JobModel(THREE)


def test_that_a_view_draws_everything_when_it_is_first_shown(qtbot, model: JobModel) -> None:
    drawn = Drawn(qtbot, model, Change.TRIALS | Change.FILTER)
    model.set_view(FIVE)
    assert drawn.changes == []
    drawn.widget.show()
    qtbot.waitUntil(lambda: drawn.changes == [Change.TRIALS | Change.FILTER], timeout=WAIT_MS)


def test_that_a_view_is_drawn_for_what_it_shows_and_for_nothing_else(qtbot, model: JobModel) -> None:
    drawn = Drawn(qtbot, model, Change.TRIALS | Change.SELECTION)
    drawn.show(qtbot)
    model.set_view(more_points(model.view))
    model.set_filter(model.filter.with_brushes("x", [Brush(0, 0.2)]))
    assert drawn.changes == []
    model.select(1)
    assert drawn.changes == [Change.SELECTION]
    model.set_view(FIVE)
    assert drawn.changes[1:] == [Change.TRIALS]


def test_that_changes_within_a_pause_are_drawn_together(qtbot, model: JobModel) -> None:
    drawn = Drawn(qtbot, model, Change.POINTS | Change.STATE, pause_ms=100)
    drawn.show(qtbot)
    for _ in range(50):
        model.set_view(more_points(model.view))
    model.set_view(replace(model.view, pulled=0.5))
    assert len(drawn.changes) <= 1
    qtbot.waitUntil(lambda: any(Change.STATE in c for c in drawn.changes), timeout=WAIT_MS)
    assert len(drawn.changes) <= 3


def test_that_a_filter_is_drawn_when_it_has_settled_and_a_selection_at_once(qtbot, model: JobModel) -> None:
    drawn = Drawn(qtbot, model, Change.FILTER | Change.SELECTION)
    followed = Drawn(qtbot, model, Change.FILTER, follows_filter=True)
    drawn.show(qtbot)
    followed.show(qtbot)
    for end in (0.1, 0.2, 0.3):
        model.set_filter(model.filter.with_brushes("x", [Brush(0, end)]))
    assert drawn.changes == []
    assert followed.changes == [Change.FILTER] * 3
    model.select(1)
    assert drawn.changes == [Change.SELECTION | Change.FILTER]


def test_that_a_hidden_view_is_not_drawn_and_catches_up(qtbot, model: JobModel) -> None:
    drawn = Drawn(qtbot, model, Change.TRIALS | Change.SELECTION)
    drawn.show(qtbot)
    drawn.widget.hide()
    model.set_view(FIVE)
    model.select(1)
    qtbot.waitUntil(lambda: not drawn.widget.isVisible(), timeout=WAIT_MS)
    assert drawn.changes == []
    drawn.widget.show()
    qtbot.waitUntil(lambda: drawn.changes == [Change.TRIALS | Change.SELECTION], timeout=WAIT_MS)


def test_that_a_view_that_is_scrolled_out_of_sight_is_not_drawn(qtbot, model: JobModel) -> None:
    above, view, changes = QWidget(), QWidget(), []
    above.setMinimumHeight(2000)
    view.setMinimumHeight(100)
    inner, layout, scroll = QWidget(), QVBoxLayout(), QScrollArea()
    layout.addWidget(above)
    layout.addWidget(view)
    inner.setLayout(layout)
    scroll.setWidget(inner)
    scroll.setWidgetResizable(True)
    scroll.resize(300, 300)
    qtbot.addWidget(scroll)
    Redraw(view, model, changes.append, Change.TRIALS)
    with qtbot.waitExposed(scroll):
        scroll.show()
    model.set_view(FIVE)
    assert changes == []
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: changes == [Change.TRIALS], timeout=WAIT_MS)


def test_that_a_deleted_view_is_not_drawn(qtbot, model: JobModel) -> None:
    changes: list[Change] = []
    parent = QWidget()
    view = QWidget(parent)
    qtbot.addWidget(parent)
    Redraw(view, model, changes.append, Change.SELECTION)
    parent.show()
    qtbot.waitUntil(lambda: bool(changes), timeout=WAIT_MS)
    view.deleteLater()
    qtbot.waitUntil(lambda: not parent.children(), timeout=WAIT_MS)
    changes.clear()
    model.select(1)
    assert changes == []


def test_that_hidden_charts_keep_their_picture_and_catch_up(qtbot, model: JobModel) -> None:
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    chart, canvas, empty = ObjectiveChart(model), ParallelCanvas(model), QWidget()
    for page in (chart, canvas, empty):
        pages.addWidget(page)
    pages.resize(900, 600)
    pages.show()
    drawn = {
        chart: lambda: len(chart._dots.points()) + len(chart._faded.points()),
        canvas: lambda: len(canvas.item._heights),
    }
    for page, count in drawn.items():
        pages.setCurrentWidget(page)
        qtbot.waitUntil(lambda count=count: count() == 3, timeout=WAIT_MS)
    pages.setCurrentWidget(empty)
    model.set_view(FIVE)
    model.set_filter(model.filter.with_brushes("x", [Brush(0, 0.2)]))
    assert [count() for count in drawn.values()] == [3, 3]
    for page, count in drawn.items():
        pages.setCurrentWidget(page)
        qtbot.waitUntil(lambda count=count: count() == 5, timeout=WAIT_MS)


def test_that_a_condition_that_is_being_typed_survives_new_trials(qtbot, model: JobModel) -> None:
    bar = FilterBar(model)
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    model.set_filter(replace(model.filter, best_percent=50))
    field = bar.findChild(QLineEdit)
    field.setText("x < 0")
    before = model.mask.tolist()
    model.set_view(FIVE)
    assert model.mask.tolist()[:3] != before
    assert field.text() == "x < 0"
    model.set_filter(replace(model.filter, expression="x < 1"))
    assert field.text() == "x < 1"


def test_that_an_invalid_condition_is_marked_until_it_is_cleared(qtbot, model: JobModel) -> None:
    bar = FilterBar(model)
    qtbot.addWidget(bar)
    field = bar.findChild(QLineEdit)
    field.setText("x <")
    field.editingFinished.emit()
    assert field.property("wrong") == "true"
    assert field.toolTip()
    field.clear()
    assert (field.property("wrong"), field.toolTip()) == ("false", "")


def test_that_lines_can_be_used_while_new_trials_wait_to_be_drawn(qtbot, model: JobModel) -> None:
    pages, canvas = QStackedWidget(), ParallelCanvas(model)
    qtbot.addWidget(pages)
    pages.addWidget(canvas)
    pages.resize(900, 400)
    with qtbot.waitExposed(pages):
        pages.show()
    canvas.rebuild()
    item = canvas.item
    model.set_view(replace(FIVE, trials=(*FIVE.trials, a_trial(6, 0.6))))
    if len(item._heights) == 6:  # the pause had passed
        model.set_view(replace(FIVE, trials=(*FIVE.trials, a_trial(6, 0.6), a_trial(7, 0.7))))
    drawn = len(item._heights)
    assert drawn < len(model.view.trials)
    assert item.trial_at(item.x_of(0), item._heights[0, 0]) == 0
    canvas.colour_by("n")
    assert len(item._heights) == len(model.view.trials)


def test_that_bars_of_running_trials_grow_while_nothing_else_happens(
    qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = a_trial(4, None, TrialState.RUNNING, ended_at=None)
    model = JobModel(a_view([*THREE.trials, running]))
    page = AnalysisPage(model, Background())
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.widget() is not None, timeout=WAIT_MS)
    drawn: list[str] = []
    for part in ("importance", "contour"):
        monkeypatch.setattr(getattr(page, f"_{part}"), "compute", lambda part=part: drawn.append(part))
    monkeypatch.setattr(page._timeline, "show_trials", lambda: drawn.append("timeline"))
    model.set_view(replace(model.view))
    qtbot.waitUntil(lambda: drawn == ["timeline"], timeout=WAIT_MS)


class _Held:
    """Work off the GUI thread that the test ends."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable, Callable, Callable]] = []

    def run(self, work: Callable, done: Callable, failed: Callable) -> None:
        self.calls.append((work, done, failed))


def test_that_the_importance_is_of_the_newest_trials_although_it_was_busy(qtbot, model: JobModel) -> None:
    held = _Held()
    chart = ImportanceChart(model, held)
    qtbot.addWidget(chart)
    chart.compute()
    model.set_view(FIVE)
    chart.compute()
    assert len(held.calls) == 1
    work, done, _failed = held.calls[0]
    done(work())
    assert len(held.calls) == 2
    work, done, _failed = held.calls[1]
    done(work())
    assert len(held.calls) == 2
