"""Trials that were stopped early, and forecasts of running ones, as they are drawn and used in the window."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from bayescore.config import EarlyStopping, LocalSettings
from bayescore.store import CurveRecord, trials
from bayesdesk.jobs.charts_page import ChartsPage
from bayesdesk.jobs.header import JobHeader
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import JobView
from bayesdesk.plots.canvas import Plot
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.parallel.view import ParallelView
from bayesdesk.plots.slices import SlicesChart
from bayesdesk.plots.timeline import TimelineChart
from bayesdesk.ui import theme
from bayesdesk.window import MainWindow
from support.pointer import Pointer
from support.popup_menus import choose_entry
from support.stored_jobs import add_job
from support.views import S, a_forecast, a_stopped_trial, a_trial, a_view
from support.window import WAIT_MS, job_page
from support.workspace import Workspace

BEST = a_trial(1, 0.9)
STOPPED = a_stopped_trial(2, 0.5)
RUNNING = a_trial(4, None, S.RUNNING, curve=CurveRecord(a_forecast(0.7, chance=0.12)))
EACH = [BEST, STOPPED, a_stopped_trial(3, None), RUNNING]
SERIES = {1: np.linspace(0.1, 0.9, 30), 2: np.linspace(0.1, 0.3, 6), 4: np.linspace(0.1, 0.5, 12)}
ALL_SERIES = {trial: {"score": values, "loss": 1 - values} for trial, values in SERIES.items()}


def the_view(*each, **changes) -> JobView:
    return a_view(each or EACH, series=ALL_SERIES, **changes)


@pytest.fixture
def model(qapp: object) -> JobModel:
    return JobModel(the_view())


def show(qtbot, widget: QWidget, width: int = 900, height: int = 420) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()


def plot_of(qtbot, card: QWidget) -> Plot:
    qtbot.waitUntil(lambda: any(p.isVisible() for p in card.findChildren(Plot)), timeout=WAIT_MS)
    found = next(p for p in card.findChildren(Plot) if p.isVisible())
    qtbot.waitUntil(lambda: found.box.viewRect().getRect() != (0, 0, 1, 1), timeout=WAIT_MS)
    return found


def place(plot: Plot, x: float, y: float) -> QPoint:
    """Where a point of a plot is on its widget."""
    return plot.mapFromScene(plot.box.mapViewToScene(QPointF(x, y)))


def captions(widget: QWidget) -> list[str]:
    return [words.text() for words in widget.findChildren(QLabel, "caption") if words.isVisible()]


def is_filled(plot: Plot, x: float, low: float, high: float) -> bool:
    """Whether something is painted all the way from one height to another; a line of the grid is not."""
    panel = QColor(theme.palette().panel)
    return all(colour_at(plot, x, height) != panel for height in np.linspace(low, high, 7))


def colour_at(plot: Plot, x: float, y: float) -> QColor:
    image = plot.grab().toImage()
    at = place(plot, x, y) * plot.devicePixelRatioF()
    return image.pixelColor(at)


# ---- forecasts of running trials


def test_that_the_forecast_of_a_running_trial_is_a_band_beside_its_curve(qtbot, model: JobModel) -> None:
    card = MetricChart(model, "score")
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    qtbot.waitUntil(lambda: plot.box.viewRect().right() > 29, timeout=WAIT_MS)
    assert captions(card)[-2:] == ["80 % of ends", "best 0.9"]
    assert is_filled(plot, 28, 0.62, 0.78)
    assert not is_filled(plot, 28, 0.45, 0.55)
    before = colour_at(plot, 28, 0.78)
    model.select(4)
    qtbot.waitUntil(lambda: colour_at(plot, 28, 0.78) != before, timeout=WAIT_MS)  # in colour when selected
    assert is_filled(plot, 28, 0.62, 0.78)
    model.set_view(the_view(BEST, STOPPED))
    qtbot.waitUntil(lambda: "80 % of ends" not in captions(card), timeout=WAIT_MS)
    assert not is_filled(plot, 28, 0.62, 0.78)


def test_that_a_newer_forecast_moves_the_band_without_a_new_point(qtbot, model: JobModel) -> None:
    card = MetricChart(model, "score")
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    qtbot.waitUntil(lambda: "80 % of ends" in captions(card), timeout=WAIT_MS)
    for mean in (0.35, 0.15):  # the second when nothing else asks for a drawing
        assert not is_filled(plot, 28, mean - 0.04, mean + 0.04)
        worse = a_forecast(mean, low=mean - 0.1, high=mean + 0.1)
        newer = a_trial(4, None, S.RUNNING, curve=CurveRecord(worse))
        model.set_view(replace(model.view, trials=(BEST, STOPPED, newer)))
        qtbot.waitUntil(lambda m=mean: is_filled(plot, 28, m - 0.04, m + 0.04), timeout=WAIT_MS)


def test_that_side_metrics_and_hidden_charts_draw_no_forecast(qtbot, model: JobModel) -> None:
    page = ChartsPage(model)
    show(qtbot, page, 1000, 900)
    charts = {c.title.text(): c for c in page.findChildren(MetricChart)}
    qtbot.waitUntil(lambda: "80 % of ends" in captions(charts["score"]), timeout=WAIT_MS)
    assert "80 % of ends" not in captions(charts["loss"])


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_that_a_chart_can_be_zoomed_at_the_end_of_the_band_beyond_every_curve(
    qtbot, pointer: Pointer, qapp: object, scale: str
) -> None:
    card = MetricChart(JobModel(the_view(RUNNING)), "score")
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    next(b for b in card.findChildren(QPushButton) if b.text().lower() == scale).click()
    end = 0.7 if scale == "linear" else math.log10(0.7)
    qtbot.waitUntil(lambda: plot.box.viewRect().contains(QPointF(29, end)), timeout=WAIT_MS)
    pointer.scroll(plot, 6, place(plot, 29, end), holding=[Qt.KeyboardModifier.ControlModifier])
    assert plot.is_zoomed
    assert plot.box.viewRect().contains(QPointF(29, end))


# ---- stopped trials in the charts


def test_that_a_click_on_the_diamond_at_its_forecast_selects_a_stopped_trial(
    qtbot, pointer: Pointer, model: JobModel
) -> None:
    card = ObjectiveChart(model)
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    assert "stopped early: forecast and 80 % of ends" in captions(card)
    pointer.click(plot, place(plot, 2, 0.5))
    assert model.selected == STOPPED


def test_that_the_interval_of_a_stopped_trial_is_drawn_and_in_sight(qtbot, model: JobModel) -> None:
    card = ObjectiveChart(model)
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    panel = QColor(theme.palette().panel)
    for height in (0.5 - 0.11, 0.5 + 0.11):
        assert colour_at(plot, 2, height) != panel
    assert plot.box.viewRect().top() < 0.5 - 0.13
    assert colour_at(plot, 2.2, 0.5 + 0.11) == panel


def test_that_a_trial_that_diverged_is_marked_at_the_foot_and_its_tip_tells_why(
    qtbot, pointer: Pointer, model: JobModel
) -> None:
    card = ObjectiveChart(model)
    show(qtbot, card)
    plot = plot_of(qtbot, card)
    (mark,) = card._unknown.points()
    assert mark.pos().x() == 3
    at = place(plot, mark.pos().x(), mark.pos().y())
    pointer.move(plot, at - QPoint(30, 30))
    pointer.move(plot, at)
    qtbot.waitUntil(lambda: "Stopped at step 6." in plot.box.toolTip(), timeout=WAIT_MS)


def test_that_a_job_without_stopped_trials_has_no_legend(qtbot, qapp: object) -> None:
    model = JobModel(the_view(BEST))
    objective, parallel = ObjectiveChart(model), MetricChart(model, "score")
    for card in (objective, parallel):
        show(qtbot, card)
        plot_of(qtbot, card)
        assert not [words for words in captions(card) if "ends" in words]


def test_that_slices_show_stopped_trials_at_their_forecasts(qtbot, pointer: Pointer, model: JobModel) -> None:
    chart = SlicesChart(model)
    show(qtbot, chart, 900, 620)
    chart.show_trials()
    qtbot.waitUntil(lambda: sum(p.isVisible() for p in chart.findChildren(Plot)) == 4, timeout=WAIT_MS)
    plot = next(p for p in chart.findChildren(Plot) if p.accessibleName() == "n")
    qtbot.waitUntil(lambda: plot.box.viewRect().top() < 0.6, timeout=WAIT_MS)
    row = model.columns.row_of(2)
    (x,) = [p.pos().x() for p in plot_marks(plot) if p.data() == row]
    pointer.click(plot, place(plot, x, 0.5))
    assert model.selected == STOPPED


def plot_marks(plot: Plot):
    """Every mark of a plot's scatters."""
    import pyqtgraph as pg

    scatters = [item for item in plot.getPlotItem().items if isinstance(item, pg.ScatterPlotItem)]
    return [point for scatter in scatters for point in scatter.points()]


def test_that_the_bar_of_a_stopped_trial_is_hollow_and_its_tip_tells_why(
    qtbot, pointer: Pointer, model: JobModel
) -> None:
    card = TimelineChart(model)
    show(qtbot, card, 900, 300)
    card.show_trials()
    plot = plot_of(qtbot, card)
    qtbot.waitUntil(lambda: plot.box.viewRect().right() > 0.9, timeout=WAIT_MS)
    panel = QColor(theme.palette().panel)
    colours = [colour_at(plot, 0.53, lane + 0.13) for lane in range(3)]  # of trials 1 to 3, which ran at once
    assert [c == panel for c in colours] == [False, True, True]
    pointer.move(plot, place(plot, 0.2, 0))
    pointer.move(plot, place(plot, 0.5, 1))
    qtbot.waitUntil(lambda: "Stopped at step 6." in plot.box.toolTip(), timeout=WAIT_MS)


# ---- parallel coordinates


def painted(canvas: ParallelCanvas, qtbot) -> QImage:
    qtbot.waitUntil(lambda: not canvas.item.is_busy, timeout=WAIT_MS)
    canvas.item.finish()
    return canvas.grab().toImage()


def gaps(image: QImage, canvas: ParallelCanvas, row: int) -> int:
    """How often the line of a trial between its first two axes is interrupted."""
    item, ratio = canvas.item, image.devicePixelRatio()
    panel = QColor(theme.palette().panel)
    left, right = item.x_of(0) + 12, item.x_of(1) - 12
    top, bottom = item._heights[row][:2]
    seen = []
    for x in np.arange(left, right):
        y = top + (bottom - top) * (x - item.x_of(0)) / (item.x_of(1) - item.x_of(0))
        near = [image.pixelColor(round(x * ratio), round((y + d) * ratio)) for d in (-1, 0, 1)]
        seen.append(any(c != panel for c in near))
    return int(np.sum(np.diff(np.array(seen, dtype=int)) == -1))


def test_that_the_lines_of_stopped_trials_are_dashed(qtbot, qapp: object) -> None:
    model = JobModel(the_view(BEST, STOPPED, a_trial(9, 0.6)))
    canvas = ParallelCanvas(model)
    view = ParallelView(canvas)
    show(qtbot, view, 1200, 420)
    image = painted(canvas, qtbot)
    assert gaps(image, canvas, 1) > 5
    assert gaps(image, canvas, 2) <= 1  # where the label of a tick covers the line
    assert STOPPED.curve.forecast is not None
    objective = canvas.item.axes[-1]
    assert objective.positions(model.columns)[1] == pytest.approx(objective.position(0.5))


# ---- a job in the window


def test_that_header_list_and_table_show_stops_budget_and_chances(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    local = LocalSettings(early_stopping=EarlyStopping(), max_hours=8)
    states = (S.SUCCEEDED, S.STOPPED_EARLY, S.STOPPED_EARLY, S.RUNNING)
    job = add_job(window.database, *states, local=local)
    with window.database.write() as connection:
        running = trials.of_job(connection, job.id)[-1]
        trials.set_curve(connection, running.id, CurveRecord(a_forecast(chance=0.126)))
    window.show_job(job.id)
    page = job_page(window, qtbot)
    texts = [words.text() for words in page.findChild(JobHeader).findChildren(QLabel)]
    assert "2 of 3 trials stopped early" in texts
    assert [t for t in texts if t.endswith("of 8 h left")]
    page.tabs.setCurrentIndex(page.names.index("parallel-coordinates"))
    qtbot.waitUntil(lambda: "stopped early, at its forecast" in captions(page.parallel), timeout=WAIT_MS)
    page.tabs.setCurrentIndex(page.names.index("trials"))
    qtbot.waitUntil(page.table.isVisible, timeout=WAIT_MS)
    shown = page.table.model()
    column = shown.names.index("chance")
    assert [shown.index(row, column).data() for row in range(4)] == ["", "", "", "13 %"]
    states_shown = [shown.index(row, shown.names.index("state")).data() for row in range(4)]
    assert states_shown[1:] == ["◇  stopped early", "◇  stopped early", "▸  running"]


STOPS = """
import argparse, pathlib, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
for step in range(8):
    log_metric("score", float("nan"))
while not pathlib.Path({go!r}).exists():
    time.sleep(0.02)
log_metric("score", args.x)
"""


def test_that_a_stopped_trial_runs_to_its_end_on_request(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    program = STOPS.replace("{go!r}", repr(str(tmp_path / "go")))
    workspace.write(program, max_job_count=1, local={"early_stopping": True})
    job = workspace.begin()
    workspace.wait_ended(job)
    window.show_job(job)
    page = job_page(window, qtbot)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    assert [t.state for t in page.model.view.trials] == [S.STOPPED_EARLY]
    (tmp_path / "go").touch()
    page.tabs.setCurrentIndex(page.names.index("trials"))
    table = page.table
    qtbot.waitUntil(table.isVisible, timeout=WAIT_MS)
    at = table.visualRect(table.model().index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at), Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(table.viewport(), event)
    choose_entry("Run to the end")
    qtbot.waitUntil(
        lambda: [(t.attempt, t.state) for t in page.model.view.trials] == [(2, S.SUCCEEDED)], timeout=WAIT_MS
    )
    assert math.isfinite(page.model.view.trials[0].value or math.nan)
