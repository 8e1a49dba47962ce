"""What a screen reader finds in a window."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QComboBox, QProgressBar, QWidget

_R, _T = QAccessible.Role, QAccessible.Text
CONTROLS = {
    _R.Button, _R.ButtonMenu, _R.CheckBox, _R.RadioButton, _R.ComboBox, _R.EditableText, _R.SpinBox,
    _R.Slider, _R.Dial, _R.List, _R.Table, _R.Tree, _R.PageTabList, _R.PageTab, _R.Chart, _R.ProgressBar,
    _R.MenuItem, _R.MenuBar, _R.ListItem, _R.TreeItem, _R.ColumnHeader, _R.Link, _R.HotkeyField, _R.Document,
}  # fmt: skip
_ROWS = (_R.List, _R.Table, _R.Tree)
_CELLS = 120  # of a table that are looked at


def tree(root: QWidget) -> Iterator[QAccessibleInterface]:
    """Everything that is visible in a window, from the outside inwards."""
    yield from _below(QAccessible.queryAccessibleInterface(root))


def _below(interface: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    if interface is None or not interface.isValid() or interface.state().invisible:
        return
    yield interface
    count = interface.childCount()
    if interface.role() in _ROWS:
        count = min(count, _CELLS)
    for index in range(count):
        yield from _below(interface.child(index))


def name_of(interface: QAccessibleInterface) -> str:
    """The name, which may come from a label."""
    return str(interface.text(_T.Name)).strip()


def nameless(root: QWidget) -> list[str]:
    """Controls without a name, each in a few words; bars also while nothing is under way."""
    found = [_words(each) for each in tree(root) if each.role() in CONTROLS and not _has_name(each)]
    bars = [bar for bar in root.findChildren(QProgressBar) if not bar.accessibleName()]
    return found + [f"{type(bar.parentWidget()).__name__} has a bar" for bar in bars]


def _has_name(interface: QAccessibleInterface) -> bool:
    owner = interface.object()
    if isinstance(owner, QComboBox):  # without a name, Qt takes what is chosen
        return bool(owner.accessibleName())
    return bool(name_of(interface))


def _words(interface: QAccessibleInterface) -> str:
    chain: list[str] = []
    at: QAccessibleInterface | None = interface
    while at is not None and at.isValid() and len(chain) < 5:
        owner = at.object()
        chain.append(f"{at.role().name} {type(owner).__name__ if owner is not None else ''}".strip())
        at = at.parent()
    return " in ".join(chain)
