"""Colours, sizes and fonts of the window; no other module holds a literal colour."""

from __future__ import annotations

from dataclasses import dataclass, fields

PAGE_MARGIN = 20
CARD_GAP = 12
CARD_RADIUS = 9
CONTROL_HEIGHT = 30
SIDEBAR_WIDTH = 236
PANEL_WIDTH = 292

SANS = ("Inter", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Segoe UI", "sans-serif")
MONO = ("JetBrains Mono", "Noto Sans Mono CJK SC", "Consolas", "monospace")
TEXT_PX = 13
SMALL_PX = 12
TITLE_PX = 18
DEFAULT_TEXT_PX = 13
DEFAULT_ZOOM = 100  # percent
_UNZOOMED = {
    "PAGE_MARGIN": PAGE_MARGIN,
    "CARD_GAP": CARD_GAP,
    "CARD_RADIUS": CARD_RADIUS,
    "CONTROL_HEIGHT": CONTROL_HEIGHT,
    "SIDEBAR_WIDTH": SIDEBAR_WIDTH,
    "PANEL_WIDTH": PANEL_WIDTH,
}
_zoom = DEFAULT_ZOOM


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, each ``#rrggbb``."""

    background: str
    panel: str
    sunk: str
    line: str
    strong_line: str
    field_line: str  # around what is filled in or ticked: 3:1 on the ground, WCAG 2.1, criterion 1.4.11
    text: str
    secondary: str
    placeholder: str  # lighter than the secondary text, and still 4.5:1 in a field
    faint: str  # decoration only: too little contrast for text
    accent: str
    accent_soft: str
    on_accent: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    syntax_key: str
    syntax_text: str
    syntax_number: str
    series: tuple[str, ...]  # of several jobs in one chart; with more, not everybody could distinguish them
    ramp: tuple[float, float]  # worst and best line: the part of viridis that is legible on the panel


LIGHT = Palette(
    background="#f6f7f9",
    panel="#ffffff",
    sunk="#f0f2f5",
    line="#e1e5ea",
    strong_line="#cdd3da",
    field_line="#828b97",
    text="#1b2027",
    secondary="#5c6672",
    placeholder="#68727e",
    faint="#8a94a0",
    accent="#2461cc",
    accent_soft="#e5eefc",
    on_accent="#ffffff",
    good="#17703c",
    good_soft="#e0f3e7",
    warning="#8f5500",
    warning_soft="#fdf0da",
    bad="#c4362b",
    bad_soft="#fce8e6",
    syntax_key="#1257a6",
    syntax_text="#1a7f37",
    syntax_number="#b04a00",
    series=("#2461cc", "#f3572a", "#469597", "#651b05", "#ae4957", "#1b2027"),
    ramp=(0.58, 0.0),
)
DARK = Palette(
    background="#15181d",
    panel="#1c2026",
    sunk="#171a1f",
    line="#2b3139",
    strong_line="#3b434d",
    field_line="#6a7480",
    text="#e6e9ee",
    secondary="#a3adb9",
    placeholder="#8a95a2",
    faint="#7c8793",
    accent="#6ea2ff",
    accent_soft="#22324f",
    on_accent="#0d1420",
    good="#5ccb8a",
    good_soft="#18372a",
    warning="#e7b052",
    warning_soft="#3b2e15",
    bad="#ff8b80",
    bad_soft="#452320",
    syntax_key="#8ab8ff",
    syntax_text="#7fd89a",
    syntax_number="#f0a36a",
    series=("#6ea2ff", "#d63a00", "#c1e319", "#0db98e", "#8e5793", "#e6e9ee"),
    ramp=(0.42, 1.0),
)
THEMES = {"light": LIGHT, "dark": DARK}
_current = LIGHT


def palette() -> Palette:
    """Colours of the current theme."""
    return _current


def use(name: str) -> Palette:
    """Choose a theme, ``"light"`` or ``"dark"``, for everything that is drawn from now on."""
    global _current  # noqa: PLW0603  one window, one theme
    _current = THEMES[name]
    return _current


def use_sizes(zoom: int, text_px: int) -> None:
    """Choose the sizes for everything that is built from now on.

    Parameters
    ----------
    zoom
        Of the whole interface, in percent.
    text_px
        Size of the text before it is zoomed.
    """
    global _zoom  # noqa: PLW0603  one window, one size
    _zoom = zoom
    module = globals()
    module.update({name: px(size) for name, size in _UNZOOMED.items()})
    module.update(TEXT_PX=px(text_px), SMALL_PX=px(text_px - 1), TITLE_PX=px(text_px + 5))
    if text_px > DEFAULT_TEXT_PX:  # a larger text needs higher controls
        module["CONTROL_HEIGHT"] = px(_UNZOOMED["CONTROL_HEIGHT"] + text_px - DEFAULT_TEXT_PX)


def px(size: int) -> int:
    """A size in pixels, zoomed."""
    return round(size * _zoom / 100)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21; WCAG 2.1, success criterion 1.4.3."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB; WCAG 2.1, definition of relative luminance."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(front: str, ground: str, share: float) -> str:
    """A blend of two colours; opaque colours are drawn several times faster than transparent ones."""
    pairs = ((int(front[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * f + (1 - share) * g):02x}" for f, g in pairs)


def tokens(chosen: Palette) -> dict[str, str]:
    """Colours by name, for style sheets."""
    return {f.name: getattr(chosen, f.name) for f in fields(chosen) if f.type == "str"}
