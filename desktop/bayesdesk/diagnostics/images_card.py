"""Images of the container engine."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from bayescore.i18n import _
from bayesdesk.models.formatting import size
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui.widgets import Card, clear, label, row, rule

_MAX_SHOWN = 40


class ImagesCard(Card):
    """Tag and size of each image."""

    def __init__(self, watch: MachineWatch) -> None:
        super().__init__(_("Images"), _("of the Docker engine"))
        self._watch = watch
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.body.addLayout(self._rows)
        watch.containers_changed.connect(self.show_images)
        self.show_images()

    def show_images(self) -> None:
        """Show the latest list."""
        found = self._watch.containers
        clear(self._rows)
        if found is None or not found.images:
            words = _("checking…") if found is None else found.problem or _("No images.")
            said = label(words, "secondary", wrap=True)
            said.setContentsMargins(13, 0, 13, 11)
            self._rows.addWidget(said)
            return
        for image in found.images[:_MAX_SHOWN]:
            self._rows.addWidget(rule())
            tag = label(image.tag, "mono_small", selectable=True)
            line = row(tag, None, label(size(image.size), "caption"), spacing=10)
            line.setContentsMargins(13, 6, 13, 6)
            self._rows.addLayout(line)
