"""What the window shows of a cluster, as the engine has seen it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLabel

from bayescore.cluster import known_nodes
from bayescore.cluster.address import ClusterAddress
from bayescore.cluster.connection import Node
from bayescore.store import jobs, trials
from bayesdesk.window import MainWindow
from support.builders import a_submission
from support.window import WAIT_MS
from support.workspace import Workspace

NODES = [Node("1", "lab-1", gpus=0, cpus=16), Node("2", "lab-2", gpus=2, cpus=8, gpus_free=1)]


def test_that_the_diagnostics_page_lists_the_nodes_and_whose_trials_they_run(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    window.show_diagnostics()
    card = window.diagnostics.nodes
    assert not card.isVisibleTo(card.parentWidget())
    cluster = ClusterAddress("lab-1:6379", "process", 180)
    with workspace.database().write() as connection:
        job = jobs.add(
            connection, replace(a_submission(), runner="ray", endpoint=cluster.endpoint, name="digits")
        )
        trial = trials.add(connection, job.id, 1, {"x": 0.5}, "random")
        trials.lease(connection, trial.id, ["lab-2/0"])
    known_nodes.publish(workspace.database(), NODES)
    window.machine.look()
    qtbot.waitUntil(lambda: card.isVisibleTo(card.parentWidget()), timeout=WAIT_MS)
    said = [words.text() for words in card.findChildren(QLabel)]
    assert "GPUs: 1 of 2 free, CPUs: 8" in said
    assert "CPUs: 16" in said
    assert "digits #1" in said
