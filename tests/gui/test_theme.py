"""Colours can be read, in both themes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from bayesdesk.plots.colours import colour_map
from bayesdesk.ui import style, theme
from support.colour_vision import SEEN_BY, difference, lab

DESKTOP = Path(theme.__file__).parents[1]
READABLE = [
    ("text", "background"), ("text", "panel"), ("text", "sunk"), ("text", "accent_soft"),
    ("text", "good_soft"), ("text", "bad_soft"), ("secondary", "background"), ("secondary", "panel"),
    ("secondary", "sunk"), ("accent", "panel"), ("accent", "accent_soft"), ("on_accent", "accent"),
    ("good", "panel"), ("good", "good_soft"), ("warning", "panel"), ("warning", "warning_soft"),
    ("bad", "panel"), ("bad", "bad_soft"), ("syntax_key", "panel"), ("syntax_text", "panel"),
    ("syntax_number", "panel"), ("syntax_key", "sunk"), ("syntax_text", "sunk"), ("syntax_number", "sunk"),
    ("placeholder", "panel"),
]  # fmt: skip
_LEAST_DIFFERENCE = 20.0  # CIEDE2000; about 2 is the least that can be seen side by side


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize(("front", "ground"), READABLE)
def test_that_text_has_enough_contrast(name: str, front: str, ground: str) -> None:
    palette = theme.THEMES[name]
    ratio = theme.contrast(getattr(palette, front), getattr(palette, ground))
    assert ratio >= 4.5, f"{front} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("name", theme.THEMES)
def test_that_every_line_has_enough_contrast_and_better_ones_have_more(name: str) -> None:
    palette, before = theme.THEMES[name], theme.palette()
    theme.use(name)
    try:
        ratios = [theme.contrast(colour.name(), palette.panel) for colour in colour_map(24)]
    finally:
        theme.use("light" if before is theme.LIGHT else "dark")
    assert min(ratios) >= 3.0  # WCAG 2.1, success criterion 1.4.11
    assert ratios == sorted(ratios)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("ground", ["panel", "background", "sunk"])
def test_that_the_border_of_a_field_has_enough_contrast(name: str, ground: str) -> None:
    palette = theme.THEMES[name]
    assert theme.contrast(palette.field_line, getattr(palette, ground)) >= 3.0  # WCAG 2.1, criterion 1.4.11


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QTextEdit])
def test_that_the_placeholder_of_every_field_can_be_read(
    qapp: QApplication, qtbot, name: str, kind: type[QWidget]
) -> None:
    style.apply(qapp, name)
    try:
        field = kind()
        qtbot.addWidget(field)
        field.ensurePolished()
        shown = field.palette().placeholderText().color()
        assert shown.alpha() == 255
        assert theme.contrast(shown.name(), theme.THEMES[name].panel) >= 4.5
    finally:
        style.apply(qapp, "light")


def test_that_the_placeholder_of_a_list_that_can_be_typed_into_can_be_read(qapp: QApplication, qtbot) -> None:
    combo = QComboBox()
    combo.setEditable(True)
    qtbot.addWidget(combo)
    line = combo.lineEdit()
    assert line is not None
    line.ensurePolished()
    assert theme.contrast(line.palette().placeholderText().color().name(), theme.palette().panel) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("vision", SEEN_BY)
def test_that_everybody_can_distinguish_the_lines_of_jobs(name: str, vision: str) -> None:
    series = theme.THEMES[name].series
    found = {(a, b): difference(lab(a, vision), lab(b, vision)) for a, b in combinations(series, 2)}
    assert min(found.values()) >= _LEAST_DIFFERENCE, min(found, key=lambda pair: found[pair])


@pytest.mark.parametrize("name", theme.THEMES)
def test_that_the_line_of_every_job_is_seen_on_the_panel(name: str) -> None:
    palette = theme.THEMES[name]
    assert min(theme.contrast(colour, palette.panel) for colour in palette.series) >= 3.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # Sharma, Wu and Dalal (2005), table 1
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_that_the_difference_of_colours_is_computed_as_published(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


def test_that_contrast_is_computed_as_the_standard_says() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_that_no_view_holds_a_literal_colour() -> None:
    for file in DESKTOP.rglob("*.py"):
        if file.name != "theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b", file.read_text(encoding="utf-8")), file
