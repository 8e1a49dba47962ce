"""The filter bar keeps its height, and does not recount at each move of the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QSlider

from bayesdesk.jobs.filter_bar import FilterBar
from bayesdesk.jobs.filter_chips import FilterChips
from bayesdesk.models.filter import Brush
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from support.pointer import Pointer
from support.views import a_trial, a_view
from support.window import WAIT_MS


@pytest.fixture
def model(qapp: object) -> JobModel:
    return JobModel(a_view([a_trial(n, n / 100) for n in range(1, 101)]))


@pytest.fixture
def bar(qtbot, model: JobModel) -> FilterBar:
    made = FilterBar(model)
    qtbot.addWidget(made)
    made.resize(760, made.sizeHint().height())
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_that_the_page_below_does_not_move_however_many_brushes_there_are(
    qtbot, bar: FilterBar, model: JobModel
) -> None:
    height, chips = bar.sizeHint().height(), bar.findChild(FilterChips)
    for axis in ("x", "n", "d", "loss", "score", "another_metric_with_a_long_name"):
        model.set_filter(model.filter.with_brushes(axis, [Brush(0.125, 12345.0)]))
        assert bar.sizeHint().height() == height
        assert bar.minimumSizeHint().width() <= 1024 - theme.SIDEBAR_WIDTH
    qtbot.waitUntil(lambda: 0 < len(chips.shown()) < 6, timeout=WAIT_MS)
    hidden = 6 - len(chips.shown())
    assert chips._more.text() == f"+{hidden}"
    assert len(chips._menu.actions()) == hidden
    chips._menu.actions()[-1].trigger()
    assert len(model.filter.brushes) == 5


def test_that_a_chip_removes_its_brush_and_stays_the_same_while_the_brush_is_dragged(
    bar: FilterBar, model: JobModel, pointer: Pointer
) -> None:
    chips = bar.findChild(FilterChips)
    model.set_filter(model.filter.with_brushes("n", [Brush(1, 50)]))
    chip = chips._chips["n"]
    model.set_filter(model.filter.with_brushes("n", [Brush(1, 60)]))
    assert chips._chips["n"] is chip
    assert "60" in chip.text()
    pointer.click(chip)
    assert model.filter.is_empty


def test_that_a_dragged_slider_filters_now_and_then_and_at_its_end(
    qtbot, bar: FilterBar, model: JobModel, pointer: Pointer
) -> None:
    slider, applied = bar.findChild(QSlider), []
    model.subscribe(
        lambda change: applied.append(model.filter.best_percent) if change & Change.FILTER else None
    )
    y = slider.height() // 2
    pointer.drag(slider, QPoint(slider.width() - 7, y), QPoint(slider.width() // 2, y))
    moved = slider.value()
    assert moved < 70
    qtbot.waitUntil(lambda: model.filter.best_percent == moved, timeout=WAIT_MS)
    assert bar._percent.text() == f"{moved}%"
    applied.clear()
    for percent in range(moved, 0, -1):
        slider.setValue(percent)
    assert len(applied) < moved / 3
    qtbot.waitUntil(lambda: model.filter.best_percent == 1, timeout=WAIT_MS)
    assert bar._count.text().startswith("1 of 100 trials")
