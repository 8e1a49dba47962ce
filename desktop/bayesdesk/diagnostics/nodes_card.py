"""The nodes of the cluster that jobs run on."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from bayescore.cluster.connection import Node
from bayescore.i18n import _
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui.widgets import Card, clear, column, label, row, set_shown


class NodesCard(Card):
    """A line for each node: its resources, what is free, and its trials; hidden without a cluster."""

    def __init__(self, watch: MachineWatch) -> None:
        super().__init__(_("Ray cluster"), "")
        self._watch = watch
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(13, 0, 13, 11)
        self._rows.setSpacing(8)
        self.body.addLayout(self._rows)
        watch.machine_changed.connect(self.show_machine)
        self.show_machine()

    def show_machine(self) -> None:
        """Show the latest state of the nodes."""
        machine = self._watch.machine
        nodes = machine.nodes if machine is not None else ()
        self.setVisible(bool(nodes))
        clear(self._rows)
        for node in nodes:
            assert machine is not None
            slots = sorted(slot for slot in machine.holders if slot.partition("/")[0] == node.name)
            names = [name for slot in slots for name in machine.holders[slot]]
            trials = label(", ".join(names), "caption", wrap=True)
            set_shown(trials, bool(names))
            self._rows.addLayout(
                column(row(label(node.name), None, label(_words(node), "secondary")), trials, spacing=2)
            )


def _words(node: Node) -> str:
    if not node.gpus:
        return _("CPUs: {cpus:g}", cpus=node.cpus)
    return _(
        "GPUs: {free:g} of {gpus:g} free, CPUs: {cpus:g}", free=node.gpus_free, gpus=node.gpus, cpus=node.cpus
    )
