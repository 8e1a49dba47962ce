"""The preferences set how many trials without a GPU run at the same time."""

from __future__ import annotations

import pytest

from bayescore.app.queueing import store_places, stored_places
from bayescore.queue import Places
from bayesdesk.preferences import Preferences
from bayesdesk.window import MainWindow
from support.window import WAIT_MS


def test_that_the_number_of_places_is_shown_and_stored(
    window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("bayescore.queue.places", "bayesdesk.place_choice"):
        monkeypatch.setattr(f"{module}.cores", lambda: 2)
    store_places(window.database, 12)
    window.show_preferences()
    choice = window.findChildren(Preferences)[-1].places
    qtbot.waitUntil(choice.isEnabled, timeout=WAIT_MS)
    assert choice.currentText() == "12"
    for index, places in ((3, Places(3, is_limit=True)), (0, Places(2))):
        choice.setCurrentIndex(index)
        choice.activated.emit(index)
        qtbot.waitUntil(lambda expected=places: stored_places(window.database) == expected, timeout=WAIT_MS)
    assert choice.currentText() == "One for each core (2)"
    window.findChildren(Preferences)[-1].close()
