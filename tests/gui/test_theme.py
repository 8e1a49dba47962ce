"""Colours can be read, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bayesdesk.plots.colours import colour_map
from bayesdesk.ui import theme

DESKTOP = Path(theme.__file__).parents[1]
READABLE = [
    ("text", "background"), ("text", "panel"), ("text", "sunk"), ("text", "accent_soft"),
    ("text", "good_soft"), ("text", "bad_soft"), ("secondary", "background"), ("secondary", "panel"),
    ("secondary", "sunk"), ("accent", "panel"), ("accent", "accent_soft"), ("on_accent", "accent"),
    ("good", "panel"), ("good", "good_soft"), ("warning", "panel"), ("warning", "warning_soft"),
    ("bad", "panel"), ("bad", "bad_soft"), ("syntax_key", "panel"), ("syntax_text", "panel"),
    ("syntax_number", "panel"), ("syntax_key", "sunk"), ("syntax_text", "sunk"), ("syntax_number", "sunk"),
]  # fmt: skip


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


def test_that_contrast_is_computed_as_the_standard_says() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_that_no_view_holds_a_literal_colour() -> None:
    for file in DESKTOP.rglob("*.py"):
        if file.name != "theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b", file.read_text(encoding="utf-8")), file
