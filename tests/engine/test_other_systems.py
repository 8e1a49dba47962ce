"""What is known of Windows and macOS without having one: Linux, with what only it has taken away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.errors import ConfigError
from bayescore.store import DataFolder, job_secrets, runtime_folders
from bayescore.trials import docker_engine
from support.workspace import Workspace

WITHOUT_POSIX = """
import importlib, os, pkgutil, signal, sys
from pathlib import Path
import multiprocessing, subprocess, socketserver, asyncio, docker, uvicorn, filelock, psutil, tempfile, platformdirs, sqlalchemy, httptools, uvloop  # libraries have paths of their own
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("getuid", "getgid", "geteuid", "nice", "fork", "pidfd_open", "mkfifo", "setsid", "O_NOFOLLOW", "O_NONBLOCK"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGCHLD"):
    delattr(signal, name)
import bayescore
for module in pkgutil.walk_packages(bayescore.__path__, "bayescore."):
    if ".supervisor" not in module.name and ".cluster" not in module.name and not module.name.endswith(("__main__", ".env")):
        importlib.import_module(module.name)
from bayescore.trials import snapshot
project = Path(sys.argv[1])
taken = snapshot.take(project, project.parent / "copy")
print("files", taken.files)
"""


def test_that_everything_but_processes_and_clusters_loads_without_posix_and_copies_a_project(
    workspace: Workspace,
) -> None:
    workspace.write(files={"data/a.txt": "a"})
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, str(workspace.project)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["files", "3"]


def test_that_windows_looks_for_docker_desktops_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_engine.os, "name", "nt")
    monkeypatch.setattr(docker_engine, "_current_context", lambda: None)
    assert list(docker_engine.endpoints({})) == ["npipe:////./pipe/docker_engine"]


def test_that_processes_elsewhere_are_refused_with_what_to_do(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfigError, match="Docker Desktop"):
        prepare(workspace.project, Options())


def test_that_secrets_stay_in_the_data_folder_where_no_folder_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(runtime_folders, "MEMORY", tmp_path / "nowhere")
    monkeypatch.setattr(runtime_folders, "RUNTIME", tmp_path / "nowhere")
    folder = DataFolder(tmp_path / "home")
    folder.prepare()
    job_secrets.save(folder, "abcdefgh", {"KEY": "value"})
    (kept,) = (tmp_path / "home").rglob("abcdefgh.json")
    assert kept.stat().st_mode & 0o077 == 0
    job_secrets.forget(folder, "abcdefgh")
    assert not kept.exists()
