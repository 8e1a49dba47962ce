"""The command line and the window change the store through the application layer only."""

from __future__ import annotations

from pathlib import Path

import pytest

import bayescore.cli
import bayescore.cloud
import bayesdesk

CLIENTS = [bayescore.cli, bayescore.cloud, bayesdesk]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda package: package.__name__)
def test_that_no_client_opens_a_transaction_that_writes(client: object) -> None:
    for root in client.__path__:  # type: ignore[attr-defined]
        for file in Path(root).rglob("*.py"):
            assert ".write() as" not in file.read_text(encoding="utf-8"), file
