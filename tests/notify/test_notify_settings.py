"""The file with the addresses of notifications."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.notify.settings import NotifySettings, load, update
from bayescore.store import DataFolder


def test_that_changes_at_the_same_time_lose_no_address(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        for number in range(20):
            threads.submit(update, folder, lambda s, n=number: s.adding(f"json://host/{n}", "JSON"))
    assert sorted(a.url for a in load(folder).addresses) == sorted(f"json://host/{n}" for n in range(20))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "null", '{"addresses": [1], "kinds": [], "language": ""}', "[" * 10_000]
)
def test_that_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path, content: str) -> None:
    folder = DataFolder(tmp_path)
    folder.notifications.write_text(content)
    folder.notifications.chmod(0o600)
    with pytest.raises(StoreError, match="damaged") as error:
        load(folder)
    assert "bayesdesk notify add" in str(error.value.hint)


def test_that_a_change_that_cannot_be_stored_leaves_the_old_file(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    update(folder, lambda s: s.adding("json://host", "JSON"))

    def failing(_settings: NotifySettings) -> NotifySettings:
        raise OSError(28, "no space")

    with pytest.raises(StoreError, match="cannot be written"):
        update(folder, failing)
    assert len(load(folder).addresses) == 1
