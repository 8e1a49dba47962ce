"""Plots under a real mouse: the wheel scrolls the page, a zoom has limits and an end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from bayescore.results import Importance, Surface
from bayesdesk.jobs.analysis_page import AnalysisPage
from bayesdesk.jobs.charts_page import ChartsPage
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import Plot
from bayesdesk.plots.contour_picture import contour_picture
from bayesdesk.plots.importance import ImportanceChart
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.parallel.view import ParallelView
from bayesdesk.services.background import Background
from support.pointer import Pointer
from support.views import S, a_job, a_trial, a_view
from support.window import WAIT_MS

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TRIALS = [a_trial(n, 0.5 + n / 20) for n in range(1, 9)]
SERIES = {t.id: {"score": np.linspace(0.1, t.value or 0, 50), "loss": np.linspace(2, 1, 50)} for t in TRIALS}
MODEL = a_view(TRIALS, series=SERIES)
MANY = "".join(
    f"    - {{name: block_{i:02d}_learning_rate, type: DOUBLE, min_value: 0, max_value: 1}}\n"
    for i in range(40)
)


@pytest.fixture
def model(qapp: object) -> JobModel:
    return JobModel(MODEL)


def show(qtbot, widget: QWidget, width: int = 900, height: int = 420) -> None:
    """Show a widget and wait until its plots are laid out."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()


def plots(qtbot, page: QWidget, count: int) -> list[Plot]:
    qtbot.waitUntil(lambda: len(visible(page)) >= count, timeout=WAIT_MS)
    return visible(page)


def visible(page: QWidget) -> list[Plot]:
    return [p for p in page.findChildren(Plot) if p.isVisible()]


def area(plot: Plot) -> QRectF:
    """What the plot shows."""
    return QRectF(plot.box.viewRect())


def inside(plot: Plot, x: float, y: float) -> QPoint:
    """A point of the plot's area, by its shares of the width and the height from the top left."""
    box = plot.box.sceneBoundingRect()
    return QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height()))


@pytest.fixture
def chart(qtbot, model: JobModel) -> Plot:
    """The plot of the objective, by itself."""
    card = ObjectiveChart(model)
    show(qtbot, card)
    return plots(qtbot, card, 1)[0]


@pytest.mark.parametrize("make", [ChartsPage, lambda model: AnalysisPage(model, Background())])
def test_that_the_wheel_over_any_plot_scrolls_the_page_and_leaves_the_plot(
    qtbot, pointer: Pointer, model: JobModel, make: Callable[[JobModel], QScrollArea]
) -> None:
    page = make(model)
    show(qtbot, page)
    bar = page.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100, timeout=WAIT_MS)
    for plot in plots(qtbot, page, 2):
        page.ensureWidgetVisible(plot)
        qtbot.waitUntil(lambda plot=plot: area(plot).getRect() != (0, 0, 1, 1), timeout=WAIT_MS)  # drawn
        before, at = area(plot), bar.value()
        over = plot.visibleRegion().boundingRect().center()
        pointer.scroll(plot, 1 if at == bar.maximum() else -1, over)
        assert bar.value() != at
        assert not plot.is_zoomed
        assert area(plot).getRect() == pytest.approx(before.getRect(), rel=0.01)


def test_that_ctrl_and_the_wheel_zoom_about_the_pointer_and_a_button_ends_the_zoom(
    qtbot, pointer: Pointer, chart: Plot
) -> None:
    whole = area(chart)
    assert not chart.reset.isVisible()
    pointer.scroll(chart, 3, inside(chart, 0.25, 0.5), holding=[CTRL])
    shown = area(chart)
    assert whole.contains(shown)
    assert shown.width() == pytest.approx(whole.width() / 1.25**3, rel=0.01)
    assert (shown.left() - whole.left()) / (whole.width() - shown.width()) == pytest.approx(0.25, abs=0.02)
    qtbot.waitUntil(chart.reset.isVisible, timeout=WAIT_MS)
    pointer.click(chart.reset)
    assert not chart.is_zoomed
    assert not chart.reset.isVisible()
    assert area(chart) == whole


def test_that_a_zoom_never_shows_more_than_the_whole_or_nothing(pointer: Pointer, chart: Plot) -> None:
    whole = area(chart)
    pointer.scroll(chart, 40, inside(chart, 0.5, 0.5), holding=[CTRL])
    assert area(chart).width() == pytest.approx(1.0)  # one trial
    assert area(chart).height() > 0
    pointer.scroll(chart, -60, inside(chart, 0.9, 0.1), holding=[CTRL])
    assert not chart.is_zoomed
    assert area(chart) == whole


def test_that_ctrl_and_the_wheel_at_the_limit_do_not_scroll_the_page(
    qtbot, pointer: Pointer, model: JobModel
) -> None:
    page = ChartsPage(model)
    show(qtbot, page)
    chart = plots(qtbot, page, 1)[0]
    page.verticalScrollBar().setValue(20)
    pointer.scroll(chart, -3, holding=[CTRL])
    assert page.verticalScrollBar().value() == 20


def test_that_a_box_is_zoomed_to_and_moved_with_shift_within_the_whole(pointer: Pointer, chart: Plot) -> None:
    whole = area(chart)
    pointer.drag(chart, inside(chart, 0.25, 0.25), inside(chart, 0.75, 0.75))
    shown = area(chart)
    assert shown.width() == pytest.approx(whole.width() / 2, rel=0.05)
    assert shown.height() == pytest.approx(whole.height() / 2, rel=0.05)
    with pointer._held([SHIFT]):
        pointer.drag(chart, inside(chart, 0.1, 0.5), inside(chart, 0.95, 0.5))
    assert area(chart).left() == pytest.approx(whole.left(), abs=0.01)
    assert area(chart).width() == pytest.approx(shown.width())


def test_that_a_thin_box_zooms_along_one_axis(pointer: Pointer, chart: Plot) -> None:
    whole = area(chart)
    pointer.drag(chart, inside(chart, 0.2, 0.5), inside(chart, 0.6, 0.51))
    assert area(chart).width() == pytest.approx(0.4 * whole.width(), rel=0.05)
    assert area(chart).height() == pytest.approx(whole.height())


def test_that_a_double_click_ends_the_zoom(pointer: Pointer, chart: Plot) -> None:
    whole = area(chart)
    pointer.drag(chart, inside(chart, 0.3, 0.3), inside(chart, 0.6, 0.6))
    assert chart.is_zoomed
    for _ in range(2):
        pointer.click(chart, inside(chart, 0.5, 0.9))
    assert not chart.is_zoomed
    assert area(chart) == whole


def test_that_a_curve_is_whole_again_after_a_zoom(qtbot, pointer: Pointer, model: JobModel) -> None:
    card = MetricChart(model, "score")
    show(qtbot, card)
    chart = plots(qtbot, card, 1)[0]
    qtbot.waitUntil(lambda: area(chart).right() > 45, timeout=WAIT_MS)
    whole = area(chart)
    pointer.drag(chart, inside(chart, 0.3, 0.3), inside(chart, 0.5, 0.5))
    qtbot.waitUntil(lambda: len(card._selected.getData()[0]) < 20, timeout=WAIT_MS)
    pointer.scroll(chart, -1, inside(chart, 0.5, 0.5), holding=[CTRL])
    assert chart.is_zoomed
    pointer.scroll(chart, -20, inside(chart, 0.5, 0.5), holding=[CTRL])
    qtbot.waitUntil(lambda: area(chart).width() == pytest.approx(whole.width(), rel=0.01), timeout=WAIT_MS)
    assert card._selected.getData()[0][:50].tolist() == list(range(1, 51))


# ---- trials without a value


def test_that_failed_trials_are_marked_at_the_lower_edge_whatever_is_shown(
    qtbot, pointer: Pointer, qapp: object
) -> None:
    view = a_view([a_trial(1, -0.3), a_trial(2, -0.2), a_trial(3, None, S.FAILED), a_trial(4, -0.4)])
    card = ObjectiveChart(JobModel(view))
    show(qtbot, card)
    chart = plots(qtbot, card, 1)[0]

    def from_edge() -> float:
        (mark,) = card._failed.points()
        shown = area(chart)
        return (mark.pos().y() - shown.top()) / shown.height() * chart.box.height()

    assert area(chart).bottom() < 0
    assert area(chart).left() < 1
    assert area(chart).right() > 4
    assert from_edge() == pytest.approx(9, abs=1)
    pointer.drag(chart, inside(chart, 0.3, 0.1), inside(chart, 0.9, 0.5))
    assert chart.is_zoomed
    assert from_edge() == pytest.approx(9, abs=1)


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        ([], "No trial has a value yet"),
        ([a_trial(1, None, S.RUNNING)], "No trial has a value yet"),
        ([a_trial(1, None, S.FAILED), a_trial(2, None, S.FAILED)], "2 trials failed, and none has a value"),
    ],
)
def test_that_a_job_without_values_has_a_text_in_place_of_the_plot(
    qtbot, qapp: object, trials: list, expected: str
) -> None:
    card = ObjectiveChart(JobModel(a_view(trials)))
    show(qtbot, card)
    assert visible(card) == []
    assert card._empty.isVisible()
    assert card._empty.text().startswith(expected)
    card._model.set_view(a_view([*trials, a_trial(9, 0.5)]))
    plots(qtbot, card, 1)
    assert not card._empty.isVisible()


# ---- parallel coordinates


def test_that_parallel_coordinates_are_not_scaled_in_any_window(qtbot, model: JobModel) -> None:
    view = ParallelView(ParallelCanvas(model))
    canvas = view.canvas
    show(qtbot, view)
    for width, height in ((914, 292), (640, 412)):
        view.resize(width, height)
        qtbot.waitUntil(lambda: canvas.item.size == view.viewport().size(), timeout=WAIT_MS)
        assert canvas.transform().isIdentity()


# ---- analysis


def summary_of(picture: QWidget) -> str:
    """What a screen reader says that a picture shows."""
    return QAccessible.queryAccessibleInterface(picture).text(QAccessible.Text.Description)


def test_that_the_first_parameters_are_shown_by_importance_and_all_on_request(
    qtbot, pointer: Pointer, qapp: object
) -> None:
    card = ImportanceChart(JobModel(MODEL), Background())
    show(qtbot, card)
    card._draw(tuple(Importance(f"block_{i:02d}_rate", (40 - i) / 820, 0.01) for i in range(40)))
    qtbot.waitUntil(lambda: card._bars.height() == 15 * 24 + 8, timeout=WAIT_MS)
    first = card._bars.height()
    assert "block_14_rate 3.2%" in summary_of(card._bars)
    assert "block_15_rate" not in summary_of(card._bars)
    assert card._all.text() == "All 40"
    pointer.click(card._all)
    assert "block_39_rate" in summary_of(card._bars)
    qtbot.waitUntil(lambda: card._bars.height() > 2.5 * first, timeout=WAIT_MS)


def test_that_a_contour_is_interpolated_between_numbers_and_not_between_choices() -> None:
    x, y = np.linspace(0, 1, 11), np.linspace(0, 1, 11)
    mean = np.add.outer(x, y)
    found = Surface(x, y, mean, mean, np.empty((0, 2)), ())
    number, choice = (
        next(s for s in MODEL.job.config.hyper_tuning.parameter_specs if s.name == n) for n in "xc"
    )
    drawn = contour_picture(found, mean, (number, number))
    assert drawn.values.shape == (81, 81)
    assert np.abs(np.diff(drawn.values, axis=0)).max() < 0.02
    for line in drawn.lines:
        assert np.ptp(line.sum(axis=1)) < 0.02  # of equal height
    of_choices = Surface(x, np.arange(3.0), mean[:, :3], mean[:, :3], np.empty((0, 2)), ())
    drawn = contour_picture(of_choices, of_choices.mean, (number, choice))
    assert drawn.values.shape == (81, 3)
    assert drawn.frame[1::2] == (-0.5, 3.0)
    assert drawn.lines == ()


def test_that_slices_out_of_sight_are_not_made(qtbot, many: ParallelView) -> None:
    page = AnalysisPage(many.canvas._model, Background())
    show(qtbot, page)
    plots(qtbot, page, 1)
    bar = page.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1000, timeout=WAIT_MS)
    made = len(page.findChildren(Plot))
    assert made < 20
    bar.setValue(bar.maximum() // 2)
    qtbot.waitUntil(lambda: len(page.findChildren(Plot)) > made, timeout=WAIT_MS)


@pytest.mark.parametrize("make", [ChartsPage, lambda model: AnalysisPage(model, Background())])
def test_that_pages_of_plots_need_no_sideways_scrolling_in_a_small_window(
    qtbot, many: ParallelView, make: Callable[[JobModel], QScrollArea]
) -> None:
    page = make(many.canvas._model)
    show(qtbot, page, 440, 400)
    plots(qtbot, page, 1)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0 or make is ChartsPage, timeout=WAIT_MS)
    assert page.horizontalScrollBar().maximum() == 0


# ---- parallel coordinates


@pytest.fixture
def many(qtbot, qapp: object) -> ParallelView:
    """Forty parameters in a narrow view."""
    from support.views import FILE

    job = a_job(file=FILE.partition("    - {name")[0] + MANY)
    names = [s.name for s in job.config.hyper_tuning.parameter_specs]
    rng = np.random.default_rng(0)
    trials = [
        a_trial(n, n / 10, parameters=dict(zip(names, rng.random(40).tolist(), strict=True)))
        for n in range(1, 9)
    ]
    view = ParallelView(ParallelCanvas(JobModel(a_view(trials, job=job))))
    show(qtbot, view, 800)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() > 1000, timeout=WAIT_MS)
    return view


def test_that_lines_with_antialiasing_stay_until_those_of_new_trials_are_finished(
    qtbot, model: JobModel
) -> None:
    canvas = ParallelCanvas(model)
    show(qtbot, ParallelView(canvas))
    painter = canvas.item._bright
    qtbot.waitUntil(lambda: painter._smooth_cost is not None, timeout=WAIT_MS)
    painter._smooth_cost = 0.02  # seconds for a trial: too long for a frame, short enough to wait for
    before = painter.picture
    model.set_view(a_view([*TRIALS, a_trial(9, 0.6)], series={**SERIES, 9: {"loss": np.linspace(2, 1, 50)}}))
    canvas.rebuild()
    assert painter.is_busy
    assert painter.picture.cacheKey() == before.cacheKey()
    qtbot.waitUntil(lambda: not painter.is_busy, timeout=WAIT_MS)
    assert painter._is_smooth
    assert painter.picture.cacheKey() != before.cacheKey()


def test_that_the_wheel_scrolls_many_axes_sideways(pointer: Pointer, many: ParallelView) -> None:
    pointer.scroll(many.viewport(), -3)
    assert many.horizontalScrollBar().value() > 0
    pointer.scroll(many.viewport(), 30)
    assert many.horizontalScrollBar().value() == 0


def test_that_axes_are_widened_about_the_pointer_within_limits_and_fitted_again(
    qtbot, pointer: Pointer, many: ParallelView
) -> None:
    item = many.canvas.item
    before = item.layout.distance
    pointer.scroll(many.viewport(), 3, QPoint(400, 200), holding=[CTRL])
    assert item.layout.distance == pytest.approx(before * 1.2**3, rel=0.01)
    at = (many.horizontalScrollBar().value() + 400 - item.x_of(0)) / item.layout.distance
    assert at == pytest.approx((400 - item.x_of(0)) / before, abs=0.05)
    pointer.scroll(many.viewport(), 30, QPoint(400, 200), holding=[CTRL])
    assert many.canvas.width() <= 16_000
    qtbot.waitUntil(many.reset.isVisible, timeout=WAIT_MS)
    pointer.click(many.reset)
    assert item.layout.distance == pytest.approx(before)
    assert not many.reset.isVisible()


def test_that_the_whole_name_of_an_axis_is_shown_under_the_pointer(
    qtbot, pointer: Pointer, many: ParallelView
) -> None:
    pointer.move(many.viewport(), QPoint(20, 200))
    pointer.move(many.viewport(), QPoint(round(many.canvas.item.x_of(1)), 14))
    qtbot.waitUntil(lambda: "block_01_learning_rate" in QToolTip.text(), timeout=WAIT_MS)
