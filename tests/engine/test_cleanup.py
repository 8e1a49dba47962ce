"""Cleanup after trials and jobs have ended."""

from __future__ import annotations

import threading
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from bayescore.engine.cleanup import clean_up
from bayescore.store import Database, DataFolder
from bayescore.trials.runners import Runner


class RecordingRunner:
    """Records the calls of a cleanup."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.kept: Any = None

    def programs(self) -> dict[str, str]:
        self.asked.set()
        return {}

    def keep_only(self, jobs: Set[str]) -> None:
        self.kept = jobs


def test_that_the_agents_of_a_cluster_are_not_dismissed_while_a_trial_is_removed(tmp_path: Path) -> None:
    runner = RecordingRunner()
    database = Database(DataFolder(tmp_path)).open()
    with ThreadPoolExecutor(1) as pool:
        removal = pool.submit(runner.asked.wait, 0.3)
        clean_up(database, cast(Runner, runner), None, [removal])
    assert not removal.result(), "the runner was asked while a removal was under way"
    assert runner.kept == set()
    database.close()
