"""The style sheet of the window, made from the theme's tokens."""

from __future__ import annotations

import re
from string import Template

from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from bayescore.resources import resource
from bayesdesk.ui import theme

_SHEET = Template("""
* { font-family: $sans; font-size: ${text_px}px; color: $text; }
QWidget#page, QMainWindow, QDialog { background: $background; }
QWidget#bar { background: $panel; border-bottom: 1px solid $line; }
QWidget#sidebar { background: $sunk; border-right: 1px solid $line; }
QFrame#card { background: $panel; border: 1px solid $line; border-radius: ${radius}px; }
QFrame#asks { background: $panel; border: 1px solid $warning; border-radius: ${radius}px; }
QFrame#wrong { background: $panel; border: 1px solid $bad; border-radius: 6px; }
QFrame#rule { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame#mark { background: $accent; border: none; }
QFrame#sunk { background: $sunk; border: none; border-radius: 5px; }
QLabel { background: transparent; border: none; }
QLabel#title { font-size: ${title_px}px; font-weight: 600; }
QLabel#heading { font-weight: 600; }
QLabel#secondary, QLabel#caption { color: $secondary; }
QLabel#caption, QLabel#section, QLabel#problem, QLabel#mono_small { font-size: ${small_px}px; }
QLabel#section { color: $secondary; font-weight: 500; }
QLabel#figure { font-weight: 600; }
QLabel#mono, QLabel#mono_small { font-family: $mono; }
QLabel#problem[severity="error"] { color: $bad; }
QLabel#problem[severity="warning"] { color: $warning; }
QLabel#problem[severity="hint"] { color: $secondary; }
QLabel#badge { border-radius: 8px; padding: 1px 8px; font-size: ${small_px}px; font-weight: 500;
    background: $sunk; color: $secondary; }
QLabel#badge[tone="accent"] { background: $accent_soft; color: $accent; }
QLabel#badge[tone="good"] { background: $good_soft; color: $good; }
QLabel#badge[tone="warning"] { background: $warning_soft; color: $warning; }
QLabel#badge[tone="bad"] { background: $bad_soft; color: $bad; }

QWidget#focus_ring { border: 2px solid $accent; border-radius: 8px; background: transparent; }
QPushButton { background: $panel; border: 1px solid $strong_line; border-radius: 6px; padding: 0 13px;
    min-height: ${control}px; font-weight: 500; }
QPushButton:hover { background: $sunk; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; border-color: $line; }
QPushButton#primary { background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; }
QPushButton#primary:disabled { background: $line; border-color: $line; color: $faint; }
QPushButton#danger { color: $bad; }
QPushButton#danger:disabled { color: $faint; }
QPushButton#panel { background: transparent; border: none; border-radius: 5px; padding: 0; min-height: 22px; }
QPushButton#quiet:hover, QPushButton#panel:hover { background: $line; }
QPushButton#quiet, QToolButton { background: transparent; border: none; border-radius: 5px; padding: 2px 6px;
    min-height: 22px; }
QToolButton#more::menu-indicator { image: none; }
QToolButton:hover { background: $line; }
QPushButton#link { background: transparent; border: none; color: $accent; padding: 0; min-height: 20px;
    font-weight: 400; }
QPushButton#link:disabled { color: $faint; }
QPushButton#link:hover { text-decoration: underline; }
QPushButton#segment { border-radius: 0; margin: 0; border-right-width: 0; font-weight: 500; padding: 0 12px; }
QPushButton#segment[place="first"], QPushButton#segment[place="only"] { border-top-left-radius: 6px;
    border-bottom-left-radius: 6px; }
QPushButton#segment[place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px;
    border-right-width: 1px; }
QPushButton#segment:checked { background: $accent_soft; color: $accent; }
QPushButton#floating { border-radius: 5px; padding: 0 8px; min-height: 22px; font-size: ${small_px}px; }
QPushButton#chip { background: $accent_soft; border: none; border-radius: 12px; color: $accent;
    padding: 0 10px; min-height: 24px; font-size: ${small_px}px; font-family: $mono; font-weight: 400; }

QLineEdit, QComboBox, QSpinBox, QPlainTextEdit, QTextEdit { background: $panel;
    border: 1px solid $field_line; border-radius: 6px; padding: 0 8px; placeholder-text-color: $placeholder;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QComboBox, QSpinBox { min-height: ${control}px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border-color: $accent; }
QLineEdit#mono, QComboBox#mono, QPlainTextEdit#mono, QTextEdit#mono { font-family: $mono; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { border-color: $bad; }
QLineEdit:disabled, QComboBox:disabled { color: $secondary; background: $sunk; }
QPlainTextEdit#code { font-family: $mono; border: none; border-radius: 0; padding: 0; }
QPlainTextEdit#log { font-family: $mono; font-size: ${small_px}px; border: none; padding: 4px 8px; }
QComboBox QLineEdit { border: none; padding: 0; min-height: 0; }
QComboBox#mono QLineEdit { font-family: $mono; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$caret"); width: 12px; height: 12px; }
QComboBox QAbstractItemView, QMenu, QCompleter { background: $panel; border: 1px solid $strong_line;
    selection-background-color: $accent_soft; selection-color: $text; outline: none; }
QMenu::item { padding: 5px 24px 5px 12px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QMenuBar { background: $panel; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 4px 9px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QLabel#tip { background: $panel; border: 1px solid $strong_line; border-radius: 4px; padding: 3px 7px;
    font-size: ${small_px}px; }
QToolTip { background: $panel; color: $text; border: 1px solid $strong_line; padding: 4px 6px; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent;
    padding: 8px 12px; color: $secondary; font-weight: 500; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }

QTableView, QListView, QTreeView { background: $panel; border: none; gridline-color: $line; outline: none;
    selection-background-color: $accent_soft; selection-color: $text; alternate-background-color: $panel; }
QTableView::item { padding: 0 5px; border-bottom: 1px solid $line; }
QTableView::item:selected, QListView::item:selected { background: $accent_soft; color: $text; }
QListWidget::item, QTreeWidget::item, QTreeView#events::item { padding: 5px 5px; }
QListWidget#interpreters::item { padding: 0; border-radius: 6px; }
QListView#completions { border: 1px solid $strong_line; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; border: none; border-bottom: 1px solid $line; padding: 7px 8px;
    color: $secondary; font-weight: 500; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QSplitter::handle { background: $line; }
QSplitter#open::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $strong_line; border-radius: 4px; margin: 1px;
    min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
    border: none; width: 0; height: 0; }
QSlider { min-height: 16px; }
QSlider::groove:horizontal { height: 3px; background: $field_line; border-radius: 1px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 1px; }
QSlider::handle:horizontal { background: $panel; border: 2px solid $accent; width: 10px; height: 10px;
    margin: -6px 0; border-radius: 7px; }
QProgressBar { background: $line; border: none; border-radius: 1px; max-height: 3px; min-height: 3px; }
QProgressBar::chunk { background: $accent; border-radius: 1px; }
QCheckBox { spacing: 7px; background: transparent; }
QCheckBox::indicator, QListView::indicator, QTreeView::indicator { width: 14px; height: 14px;
    border: 1px solid $field_line; border-radius: 4px; background: $panel; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked {
    background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:indeterminate, QListView::indicator:indeterminate { background: $accent_soft;
    border-color: $accent; image: url("$dash"); }
QCheckBox::indicator:hover, QCheckBox:focus::indicator { border-color: $accent; }
QCheckBox:disabled { color: $secondary; }
""")
_FIXED_PX = re.compile(r"(?<![\w}])([2-9]|[1-9]\d+)px")  # hairlines of 1 px stay as they are


def load_fonts() -> None:
    """Make the shipped faces known to Qt; the system's stand in for what they lack."""
    for file in sorted(resource("fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(file))


def apply(application: QApplication, name: str) -> None:
    """Give the whole application a theme, ``"light"`` or ``"dark"``."""
    chosen = theme.use(name)
    application.setPalette(_qt_palette(chosen))
    application.setStyleSheet(sheet(chosen))


def sheet(chosen: theme.Palette) -> str:
    """The style sheet of a theme in the sizes in use."""
    zoomed = _FIXED_PX.sub(lambda found: f"{theme.px(int(found[1]))}px", _SHEET.template)
    return Template(zoomed).substitute(
        theme.tokens(chosen),
        sans=_families(theme.SANS),
        mono=_families(theme.MONO),
        text_px=theme.TEXT_PX,
        small_px=theme.SMALL_PX,
        title_px=theme.TITLE_PX,
        radius=theme.CARD_RADIUS,
        control=theme.CONTROL_HEIGHT - 2,
        tick=resource("icons", f"tick-{'dark' if chosen is theme.DARK else 'light'}.svg").as_posix(),
        dash=resource("icons", f"dash-{'dark' if chosen is theme.DARK else 'light'}.svg").as_posix(),
        caret=resource("icons", f"caret-{'dark' if chosen is theme.DARK else 'light'}.svg").as_posix(),
    )


def _families(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _qt_palette(chosen: theme.Palette) -> QPalette:
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: chosen.background,
        roles.Base: chosen.panel,
        roles.AlternateBase: chosen.sunk,
        roles.Button: chosen.panel,
        roles.Text: chosen.text,
        roles.WindowText: chosen.text,
        roles.ButtonText: chosen.text,
        roles.ToolTipBase: chosen.panel,
        roles.ToolTipText: chosen.text,
        roles.PlaceholderText: chosen.placeholder,
        roles.Highlight: chosen.accent,
        roles.HighlightedText: chosen.on_accent,
        roles.Link: chosen.accent,
    }.items():
        made.setColor(role, QColor(colour))
    return made
