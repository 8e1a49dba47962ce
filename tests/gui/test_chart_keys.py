"""Charts without a mouse: arrows go from point to point, and what is reached is said and shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from bayesdesk.models.filter import Brush
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import Plot
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.parallel.keyboard import ParallelKeys
from bayesdesk.plots.slices import SlicesChart
from bayesdesk.plots.timeline import TimelineChart
from bayesdesk.ui.speech import value_of
from bayesdesk.ui.widgets import column
from support.views import a_trial, a_view
from support.window import WAIT_MS

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEYS = Qt.Key
VALUES = (0.5, 0.9, 0.7, 0.6)  # of trials 1 to 4
TRIALS = [a_trial(n, value) for n, value in enumerate(VALUES, 1)]
SERIES = {t.id: {"score": np.linspace(0.1, t.value or 0, 5), "loss": np.linspace(2, 1, 5)} for t in TRIALS}


class Opens(QWidget):
    """A page that records the trials that are opened on it."""

    def __init__(self, chart: QWidget) -> None:
        super().__init__()
        self.opened: list[int] = []
        self.setLayout(column(chart))

    def open_trial(self, number: int) -> None:
        self.opened.append(number)


@pytest.fixture
def model(qapp: object) -> JobModel:
    return JobModel(a_view(TRIALS, series=SERIES))


_pages: list[Opens] = []  # of the running test: nothing else holds them, and Qt deletes what is in them


@pytest.fixture(autouse=True)
def _forget_pages() -> Iterator[None]:
    yield
    _pages.clear()


def shown(qtbot, chart: QWidget) -> Opens:
    page = Opens(chart)
    _pages.append(page)
    qtbot.addWidget(page)
    page.resize(900, 420)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow, timeout=WAIT_MS)
    return page


def plot_of(qtbot, chart: QWidget) -> Plot:
    qtbot.waitUntil(lambda: any(p.isVisible() for p in chart.findChildren(Plot)), timeout=WAIT_MS)
    found = next(p for p in chart.findChildren(Plot) if p.isVisible())
    found.setFocus()
    return found


def press(
    widget: QWidget, *keys: Qt.Key, holding: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    for key in keys:
        QTest.keyClick(widget, key, holding)


def tip(widget: QWidget) -> str:
    """The words beside the point that was reached."""
    return next((w.text() for w in widget.findChildren(QLabel, "tip") if w.isVisible()), "")


def number(model: JobModel) -> int:
    assert model.selected is not None
    return model.selected.number


def test_that_arrows_go_through_the_trials_of_the_objective_by_number_and_by_value(
    qtbot, model: JobModel
) -> None:
    chart = ObjectiveChart(model)
    page = shown(qtbot, chart)
    plot = plot_of(qtbot, chart)
    assert number(model) == 2  # the best
    press(plot, KEYS.Key_Right)
    assert number(model) == 3
    assert tip(plot) == value_of(plot) == "Trial 3, score 0.7"
    press(plot, KEYS.Key_Up)
    assert number(model) == 2
    press(plot, KEYS.Key_Down, KEYS.Key_Down)
    assert number(model) == 4
    press(plot, KEYS.Key_Home)
    assert number(model) == 1
    press(plot, KEYS.Key_Left)
    assert number(model) == 1
    press(plot, KEYS.Key_End, KEYS.Key_Return)
    assert page.opened == [4]
    press(plot, KEYS.Key_Escape)
    assert tip(plot) == ""


def test_that_arrows_go_along_the_curve_of_a_trial_and_to_the_next_one(qtbot, model: JobModel) -> None:
    chart = MetricChart(model, "loss")
    page = shown(qtbot, chart)
    plot = plot_of(qtbot, chart)
    press(plot, KEYS.Key_Home)
    assert tip(plot) == value_of(plot) == "Trial 2, step 1: loss 2"
    press(plot, KEYS.Key_Right, KEYS.Key_Right)
    assert tip(plot) == "Trial 2, step 3: loss 1.5"
    press(plot, KEYS.Key_Up)
    assert number(model) == 3
    assert tip(plot) == "Trial 3, step 3: loss 1.5"
    press(plot, KEYS.Key_Enter)
    assert page.opened == [3]


@pytest.mark.parametrize("make", [SlicesChart, TimelineChart])
def test_that_arrows_select_trials_in_every_chart_of_trials(qtbot, model: JobModel, make: type) -> None:
    chart = make(model)
    page = shown(qtbot, chart)
    chart.show_trials()
    plot = plot_of(qtbot, chart)
    seen = set()
    press(plot, KEYS.Key_Home)
    for _ in TRIALS:
        seen.add(number(model))
        press(plot, KEYS.Key_Right)
    assert seen == {1, 2, 3, 4}
    press(plot, KEYS.Key_Return)
    assert page.opened == [number(model)]


def test_that_a_filtered_trial_is_passed_over(qtbot, model: JobModel) -> None:
    model.set_filter(model.filter.with_brushes("score", (Brush(0.65, 1.0),)))
    chart = ObjectiveChart(model)
    shown(qtbot, chart)
    plot = plot_of(qtbot, chart)
    press(plot, KEYS.Key_Home, KEYS.Key_Right, KEYS.Key_Right)
    assert number(model) == 3


# ---- parallel coordinates


@pytest.fixture
def parallel(qtbot, model: JobModel) -> ParallelCanvas:
    canvas = ParallelCanvas(model)
    ParallelKeys(canvas, model)
    shown(qtbot, canvas)
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    return canvas


def test_that_arrows_choose_an_axis_and_a_trial_on_it(parallel: ParallelCanvas, model: JobModel) -> None:
    press(parallel, KEYS.Key_Left)  # there is no axis
    assert tip(parallel).startswith("x 0.2 · Trial 2")
    press(parallel, KEYS.Key_Up)
    assert number(model) == 3
    press(parallel, KEYS.Key_Right)
    assert tip(parallel) == value_of(parallel) == "n 3 · Trial 3, score 0.7"
    press(parallel, *[KEYS.Key_Right] * 9)
    assert tip(parallel).startswith("score 0.7")
    press(parallel, KEYS.Key_Up)
    assert number(model) == 2
    press(parallel, KEYS.Key_Home)
    assert number(model) == 1
    press(parallel, KEYS.Key_End)
    assert number(model) == 2
    press(parallel, KEYS.Key_Return)
    page = parallel.parentWidget()
    assert isinstance(page, Opens)
    assert page.opened == [2]


def test_that_the_space_bar_begins_a_brush_that_arrows_size_and_escape_ends(
    parallel: ParallelCanvas, model: JobModel
) -> None:
    press(parallel, *[KEYS.Key_Right] * 9)  # the objective, at its best trial
    press(parallel, KEYS.Key_Space)
    (begun,) = model.filter.brushes["score"]
    assert begun.low < 0.9 <= begun.high
    assert model.mask.sum() == 1
    press(parallel, *[KEYS.Key_Down] * 40)
    (sized,) = model.filter.brushes["score"]
    assert sized.low == 0.5
    assert "selected: 0.5 to" in tip(parallel)
    assert "trials pass" in value_of(parallel)
    press(parallel, KEYS.Key_Space)
    before = dict(model.filter.brushes)
    press(parallel, KEYS.Key_Down)  # goes to the next trial again
    assert model.filter.brushes == before
    press(parallel, KEYS.Key_Space, KEYS.Key_Down, KEYS.Key_Escape)
    assert model.filter.brushes == before
    press(parallel, KEYS.Key_Escape)
    assert not model.filter.brushes


def test_that_the_space_bar_selects_a_choice_and_delete_removes_the_brushes_of_the_axis(
    parallel: ParallelCanvas, model: JobModel
) -> None:
    press(parallel, KEYS.Key_Right, KEYS.Key_Right, KEYS.Key_Space)
    assert model.filter.brushes == {"c": (Brush("c", "c"),)}
    press(parallel, KEYS.Key_Space)
    assert not model.filter.brushes
    press(parallel, KEYS.Key_Left)
    press(parallel, KEYS.Key_Up, holding=SHIFT)
    assert set(model.filter.brushes) == {"n"}
    press(parallel, KEYS.Key_Delete)
    assert not model.filter.brushes


def test_that_ctrl_and_an_arrow_move_the_axis(parallel: ParallelCanvas) -> None:
    press(parallel, KEYS.Key_Right, holding=CTRL)
    assert [axis.name for axis in parallel.item.axes][:2] == ["n", "x"]
    assert tip(parallel).startswith("x ")


# ---- screen readers


def test_that_charts_have_a_name_a_summary_and_a_value(qtbot, model: JobModel) -> None:
    chart = ObjectiveChart(model)
    shown(qtbot, chart)
    plot = plot_of(qtbot, chart)
    press(plot, KEYS.Key_Right)
    interface = QAccessible.queryAccessibleInterface(plot)
    assert interface.role() is QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == "Objective by trial"
    summary = interface.text(QAccessible.Text.Description)
    assert summary == "Objective over 4 trials, best 0.9 at trial 2"
    assert interface.text(QAccessible.Text.Value) == "Trial 3, score 0.7"
