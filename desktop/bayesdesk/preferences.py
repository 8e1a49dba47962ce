"""The preferences: how the window looks, notifications, the runner of new projects, the data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QScrollArea, QWidget

from bayescore.app import notifications
from bayescore.config import RunnerChoice
from bayescore.i18n import _, language
from bayescore.store import Database
from bayesdesk.appearance import SYSTEM, TEXT_SIZES, ZOOMS, Appearance
from bayesdesk.new_project import DEFAULT_RUNNER, default_runner
from bayesdesk.notification_addresses import NotificationAddresses
from bayesdesk.place_choice import PlaceChoice
from bayesdesk.services.background import Background
from bayesdesk.tray import NOTIFICATIONS, is_notifying
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.open_url import open_path
from bayesdesk.ui.speech import group
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import Card, ElidedLabel, Segmented, button, column, label, row


class Preferences(Dialog):
    """Each choice takes effect at once."""

    def __init__(
        self, parent: QWidget, appearance: Appearance, database: Database, background: Background
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance, self._database, self._background = appearance, database, background
        self._build()
        appearance.changed.connect(self._build)
        appearance.changed.connect(self._keep_language)

    def _build(self) -> None:
        """Show the choices in the current language, theme and size."""
        self.setWindowTitle(_("Preferences"))
        self.addresses = NotificationAddresses(self._database, self._background)
        cards = (
            _card(_("Appearance"), self._appearance_lines()),
            _card(_("Jobs"), self._job_lines()),
            self.addresses,
            _card(_("This installation"), self._installation_lines()),
        )
        inner = QWidget()
        inner.setLayout(column(*cards, None, spacing=12))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of the choices
        layout = column(
            label(_("Preferences"), "title"), scroll, row(None, button(_("Close"), self.accept)), spacing=12
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        old = self.layout()
        if old is not None:
            outgrown = QWidget()
            outgrown.setLayout(old)  # a layout can only be replaced by giving it to another widget
            outgrown.deleteLater()
        self.setLayout(layout)
        self.setMinimumWidth(theme.px(580))
        frame = self.sizeHint().height() - scroll.sizeHint().height()
        fit_to_screen(self, theme.px(580), inner.sizeHint().height() + frame)

    def _set_desktop(self, on: bool) -> None:
        QSettings().setValue(NOTIFICATIONS, "yes" if on else "no")
        self._background.run(partial(notifications.set_desktop, self._database, on=on))

    def _keep_language(self) -> None:
        """Have the engine's notifications in the language that was chosen."""
        self._background.run(partial(notifications.keep_language, self._database), None, lambda _error: None)

    def _appearance_lines(self) -> list[tuple[str, QWidget]]:
        look = self._appearance
        self.languages = Segmented([("en", "English"), ("zh", "中文")])
        self.languages.choose(language())
        self.languages.chosen.connect(look.set_language)
        self.themes = Segmented([(SYSTEM, _("As the system")), ("light", _("Light")), ("dark", _("Dark"))])
        self.themes.choose(look.theme)
        self.themes.chosen.connect(look.set_theme)
        self.zoom = _choice([(f"{z}%", z) for z in ZOOMS], look.zoom, look.set_zoom)
        self.text = _choice([(f"{px} px", px) for px in TEXT_SIZES], look.text_px, look.set_text_px)
        return [
            (_("Language"), self.languages),
            (_("Theme"), self.themes),
            (_("Zoom"), self.zoom),
            (_("Font size"), self.text),
        ]

    def _job_lines(self) -> list[tuple[str, QWidget]]:
        self.notifications = QCheckBox(_("Notify on this desktop when a job ends"))
        self.notifications.setChecked(is_notifying())
        self.notifications.toggled.connect(self._set_desktop)
        self.runner = Segmented(
            [
                (RunnerChoice.AUTO, _("Auto")),
                (RunnerChoice.DOCKER, "Docker"),
                (RunnerChoice.PROCESS, _("Processes")),
                (RunnerChoice.RAY, "Ray"),
            ]
        )
        self.runner.choose(default_runner())
        self.runner.chosen.connect(lambda chosen: QSettings().setValue(DEFAULT_RUNNER, chosen))
        self.places = PlaceChoice(self._database, self._background)
        return [
            (_("Notifications"), self.notifications),
            (_("Runner of new projects"), self.runner),
            (_("Trials at a time, without GPU"), self.places),
        ]

    def _installation_lines(self) -> list[tuple[str, QWidget]]:
        folder = self._database.folder.root
        place = QWidget()
        path = ElidedLabel(str(folder))
        path.setMinimumWidth(theme.px(220))
        path.setToolTip(_("Set BAYESDESK_HOME to use another folder."))
        line = row(
            path,
            button(
                _("Open folder"),
                lambda: open_path(self, folder),
                kind="quiet",
                meaning="folder",
            ),
        )
        line.setStretch(0, 1)
        place.setLayout(line)
        updates = label(_("None: Bayesdesk does not look for updates."), "secondary", wrap=True)
        return [(_("Data folder"), place), (_("Updates"), updates)]


def _choice(options: Sequence[tuple[str, int]], chosen: int, choose: Callable[[int], object]) -> ComboBox:
    made = ComboBox()
    for words, value in options:
        made.addItem(words, value)
    made.setCurrentIndex(made.findData(chosen))
    # queued: the dialog is built again, and the box deleted, while it still handles the choice
    made.activated.connect(lambda index: choose(made.itemData(index)), Qt.ConnectionType.QueuedConnection)
    return made


def _card(title: str, lines: Sequence[tuple[str, QWidget]]) -> Card:
    card, grid = Card(title), QGridLayout()
    grid.setContentsMargins(13, 2, 13, 13)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(10)
    for i, (words, control) in enumerate(lines):
        caption = label(words, "secondary")
        caption.setBuddy(control)
        if isinstance(control, Segmented):
            group(control, words)
        elif isinstance(control, ComboBox):
            control.setAccessibleName(words)
        grid.addWidget(caption, i, 0)
        grid.addWidget(control, i, 1, Qt.AlignmentFlag.AlignVCenter)
    grid.setColumnMinimumWidth(0, theme.px(150))
    grid.setColumnStretch(1, 1)
    card.body.addLayout(grid)
    return card
