"""The suite ends, whatever a test does to the worker that runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONFTEST = """
import pytest
from support.scheduling import OneByOne

@pytest.hookimpl
def pytest_xdist_make_scheduler(config, log):
    return OneByOne(config, log)
"""

TESTS = """
import os
import pytest

@pytest.mark.parametrize("number", range(40))
def test_number(number):
    if number in (20, 39):
        os._exit(3)
"""


def test_a_worker_that_crashes_fails_one_test_and_the_others_run_once(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_many.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {Path(__file__).parent}\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-p",
        "xdist.plugin",
        "-p",
        "no:cacheprovider",
        "-q",
    ]
    only_xdist = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=only_xdist, capture_output=True, text=True, timeout=60, check=False
    )
    assert "2 failed, 38 passed" in done.stdout.splitlines()[-1]
