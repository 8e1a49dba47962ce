"""How many trials without a GPU run at the same time on this machine: a setting of the store."""

from __future__ import annotations

from bayescore.app.queueing import store_places, stored_places
from bayescore.i18n import _
from bayescore.queue import Places
from bayescore.store import Database
from bayescore.trials.neighbours import cores
from bayesdesk.services.background import Background
from bayesdesk.ui.wheel import ComboBox

_LEAST_OFFERED = 8


class PlaceChoice(ComboBox):
    """Offers the default and numbers up to twice the number of cores."""

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__()
        self._database, self._background = database, background
        self.setEnabled(False)
        background.run(lambda: stored_places(database), self._show)
        self.activated.connect(self._store)

    def _show(self, places: Places) -> None:
        most = max(_LEAST_OFFERED, 2 * cores(), places.count)
        self.addItem(_("One for each core ({count})", count=cores()), None)
        for count in range(1, most + 1):
            self.addItem(str(count), count)
        self.setCurrentIndex(places.count if places.is_limit else 0)
        self.setEnabled(True)

    def _store(self, index: int) -> None:
        count, database = self.itemData(index), self._database
        self._background.run_in_order(
            _("Storing the number of trials at a time"), lambda: store_places(database, count)
        )
