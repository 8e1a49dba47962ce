"""Another account of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bayescore.store import runtime_folders

NOBODY = 65534
needs_accounts = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as a second account")


def start_as_nobody(program: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start a program as another account, which may be unable to read Python modules."""
    become = f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); os.umask(0)"
    return subprocess.Popen(
        [sys.executable, "-S", "-c", f"import os, socket, sys\n{become}\n{program}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def as_nobody(program: str, *arguments: str | Path) -> str:
    """Output of a program that runs as another account."""
    with start_as_nobody(program, *arguments) as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out


def shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shared folder in place of /dev/shm; there is no runtime folder."""
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o011)
    shared = tmp_path / "shm"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(runtime_folders, "MEMORY", shared)
    monkeypatch.setattr(runtime_folders, "RUNTIME", tmp_path / "nothing")
    return shared
