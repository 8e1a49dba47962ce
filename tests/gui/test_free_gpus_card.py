"""Diagnostics: a GPU is left free for others, and used again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from bayescore.trials.gpus import Gpu
from bayesdesk.window import MainWindow
from support.window import WAIT_MS

GPUS = [Gpu(i, f"GPU-{i}", "RTX 4090", 24 * 2**30, 2**30, 0) for i in range(2)]


def test_that_a_gpu_is_left_free_and_used_again(
    window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore.app.machine.visible", lambda: GPUS)
    monkeypatch.setattr("bayescore.app.gpu_lending.visible", lambda: GPUS)
    window.show_diagnostics()
    card = window.diagnostics.gpus
    window.machine.look()
    qtbot.waitUntil(lambda: len(card.leave_free) == 2, timeout=WAIT_MS)
    asked = card.leave_free["GPU-1"]
    assert asked.text() == "Leave free…"
    qtbot.mouseClick(asked, Qt.MouseButton.LeftButton)
    menu = next(m for m in card.findChildren(QMenu) if m.isVisible())
    words = [action.text() for action in menu.actions()]
    assert words == ["For 1 hour", "For 4 hours", "Until 18:00", "Until 08:00", "Until I use it again"]
    menu.actions()[-1].trigger()
    menu.close()
    qtbot.waitUntil(lambda: card.leave_free["GPU-1"].text() == "Use again", timeout=WAIT_MS)
    assert card._shown[1][1].text().endswith("left free")
    assert not card._shown[0][1].text().endswith("left free")
    qtbot.mouseClick(card.leave_free["GPU-1"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.leave_free["GPU-1"].text() == "Leave free…", timeout=WAIT_MS)
