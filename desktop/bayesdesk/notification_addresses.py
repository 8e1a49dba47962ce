"""The card of the preferences with the addresses that get notifications."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from bayescore.app import notifications
from bayescore.app.notifications import Tested
from bayescore.i18n import _, translate
from bayescore.notify.settings import KIND_NAMES, Address, NoticeKind, NotifySettings
from bayescore.store import Database
from bayesdesk.services.background import Background
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, ElidedLabel, button, clear, column, label, row

_PAGE = "notifications"  # of the manual


class NotificationAddresses(Card):
    """A line for each address, a field for another one, and the events; each choice takes effect at once."""

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__(_("Notifications on other devices"))
        self._database, self._background = database, background
        self._is_choosing = self._chosen_since = False
        self.controls.addWidget(help_mark(_PAGE))
        about = label(
            _(
                "Sent also while this window is closed. For DingTalk, Feishu, WeCom, Slack, Telegram, "
                "e-mail, webhooks and all else that Apprise knows."
            ),
            "secondary",
            wrap=True,
        )
        self.lines = column(spacing=4)
        self.url = QLineEdit()
        self.url.setObjectName("mono")
        self.url.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.url.setPlaceholderText("dingtalk://TOKEN   jsons://HOST/PATH")
        self.url.setAccessibleName(_("Address"))
        self.url.returnPressed.connect(self._add)
        self.add = button(_("Add"), self._add, meaning="new")
        self.words = label("", "secondary", wrap=True)
        self.words.hide()
        self.kinds = {kind: QCheckBox(translate(KIND_NAMES[kind])) for kind in NoticeKind}
        for box in self.kinds.values():
            box.clicked.connect(self._choose)
        inner = column(
            about, self.lines, row(self.url, self.add), self.words, *self.kinds.values(), spacing=8
        )
        inner.setContentsMargins(13, 2, 13, 13)
        self.body.addLayout(inner)
        self._run(lambda: None)

    def _run(self, change: Callable[[], object]) -> None:
        """Make a change on another thread, and show the settings as they are then."""
        self._show_words("")

        def changed() -> NotifySettings:
            change()
            return notifications.current(self._database)

        self._background.run(changed, self._show, self._failed)

    def _show(self, settings: NotifySettings) -> None:
        self.add.setEnabled(True)
        clear(self.lines)
        for address in settings.addresses:
            self.lines.addWidget(self._line(address))
        for kind, box in self.kinds.items():
            if not self._is_choosing:
                box.setChecked(kind in settings.kinds)

    def _line(self, address: Address) -> QWidget:
        made, name = QWidget(), ElidedLabel(address.label)
        test = button(_("Send a test"), partial(self._test, address), kind="quiet")
        test.setAccessibleName(_("Send a test to {address}", address=address.label))
        remove = button(
            "", partial(self._remove, address), kind="quiet", meaning="close", tip=_("Remove this address")
        )
        line = row(name, test, remove)
        line.setStretch(0, 1)
        made.setLayout(line)
        return made

    def _add(self) -> None:
        url = self.url.text().strip()
        if not url:
            self._show_words(_("Write or paste an address first."))
            return

        self._show_words(_("The address is being checked…"))
        self.add.setEnabled(False)
        self._background.run(partial(notifications.add, self._database, url), self._added, self._failed)

    def _added(self, _address: Address) -> None:
        self.url.clear()
        self._run(lambda: None)

    def _remove(self, address: Address) -> None:
        self._run(partial(notifications.remove, self._database, address.id))

    def _choose(self) -> None:
        """Store the events; those that are clicked meanwhile are stored after that."""
        self._chosen_since = self._is_choosing
        if self._is_choosing:
            return
        self._is_choosing = True
        chosen = {kind for kind, box in self.kinds.items() if box.isChecked()}
        self._background.run(
            partial(notifications.choose, self._database, chosen), self._chosen, self._failed
        )

    def _chosen(self, _nothing: None) -> None:
        self._is_choosing = False
        if self._chosen_since:
            self._choose()

    def _test(self, address: Address) -> None:
        self._show_words(_("A test is being sent to {address}…", address=address.label))
        self._background.run(partial(notifications.send_test, address), self._tested, self._failed)

    def _tested(self, done: Tested) -> None:
        if done.reason is None:
            self._show_words(_("{address}: sent", address=done.label))
        else:
            self._show_words(_("{address}: not sent: {reason}", address=done.label, reason=done.reason))

    def _failed(self, error: Exception) -> None:
        self._is_choosing = self._chosen_since = False
        self.add.setEnabled(True)
        self._show_words(str(error))

    def _show_words(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))
