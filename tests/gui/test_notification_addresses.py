"""The preferences: addresses of notifications."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from bayescore.app import notifications
from bayescore.notify.settings import NoticeKind
from bayesdesk.notification_addresses import NotificationAddresses
from bayesdesk.preferences import Preferences
from bayesdesk.window import MainWindow
from support.notice_server import SECRET, NoticeServer

WAIT_MS = 60_000
LABEL = "JSON (127.0.0.1)"


@pytest.fixture
def server() -> Iterator[NoticeServer]:
    made = NoticeServer().start()
    yield made
    made.close()


def opened(window: MainWindow, qtbot) -> NotificationAddresses:
    window.show_preferences()
    card = window.findChild(Preferences).addresses
    qtbot.waitUntil(card.kinds[NoticeKind.ENDED].isChecked, timeout=WAIT_MS)
    return card


def pressable(card: NotificationAddresses, name: str) -> QPushButton:
    return next(b for b in card.findChildren(QPushButton) if b.accessibleName() == name)


def test_that_an_address_is_added_tested_and_removed(window: MainWindow, server: NoticeServer, qtbot) -> None:
    card = opened(window, qtbot)
    qtbot.keyClicks(card.url, "slack://wrong")
    qtbot.mouseClick(card.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "incomplete or wrong" in card.words.text(), timeout=WAIT_MS)
    assert card.url.text() == "slack://wrong"
    card.url.clear()
    qtbot.keyClicks(card.url, server.url)
    qtbot.keyClick(card.url, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.lines.count() == 1, timeout=WAIT_MS)
    assert (card.url.text(), card.words.text()) == ("", "")
    qtbot.mouseClick(pressable(card, f"Send a test to {LABEL}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.words.text() == f"{LABEL}: sent", timeout=WAIT_MS)
    assert server.titles == ["Bayesdesk: a test"]
    log = window.database.folder.root / "window.log"
    assert not log.exists() or SECRET not in log.read_text()
    qtbot.mouseClick(pressable(card, "Remove this address"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.lines.count() == 0, timeout=WAIT_MS)
    assert notifications.current(window.database).addresses == ()


def test_that_the_events_are_kept(window: MainWindow, qtbot) -> None:
    card = opened(window, qtbot)
    card.kinds[NoticeKind.BEST].click()
    card.kinds[NoticeKind.FAILED].click()
    chosen = {NoticeKind.BEST, NoticeKind.DISK, NoticeKind.ENDED, NoticeKind.STILL}
    qtbot.waitUntil(lambda: notifications.current(window.database).kinds == chosen, timeout=WAIT_MS)


def test_that_the_texts_follow_the_language_of_the_window(
    window: MainWindow, server: NoticeServer, qtbot
) -> None:
    notifications.add(window.database, server.url, check=lambda _url: LABEL)
    opened(window, qtbot)
    dialog = window.findChild(Preferences)
    qtbot.mouseClick(dialog.languages._buttons["zh"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: notifications.current(window.database).language == "zh", timeout=WAIT_MS)
