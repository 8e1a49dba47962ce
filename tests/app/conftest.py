"""A real store whose engine is never started: what the actions request stays open to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.app import engine_control
from bayescore.store import Database, DataFolder


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(DataFolder(tmp_path / "home")).open()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def starts(monkeypatch: pytest.MonkeyPatch) -> list[DataFolder]:
    """The data folders for which the engine would have been started."""
    seen: list[DataFolder] = []
    monkeypatch.setattr(engine_control, "start", seen.append)
    return seen
