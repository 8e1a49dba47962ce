"""Projects with data beside their code: what setting up a job and a trial takes, in time and on disk."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.config import LocalSettings
from bayescore.engine.job_setup import set_up
from bayescore.files import remove_tree
from bayescore.files.tree import bytes_on_disk
from bayescore.store import Database, Job, jobs
from bayescore.trials import Content, trial_folder
from bayescore.trials.project_scan import StoppedError, Watcher, scan
from bayescore.trials.runners import ProcessRunner
from bench.figure import Figure
from support.workspace import Workspace

_LARGE = 10
_LARGE_BYTES = 3 * 10**9 // _LARGE
_PICTURES = 20_000
_CODE = 200
_TRIALS = 5
_MILLION = 1_000_000
_IN_FOLDER = 1000
_CANCEL_AT = 100_000

T = TypeVar("T")


def measure() -> Iterator[Figure]:
    """A project with 3 GB in ten files, 20,000 pictures and 200 files of code; and one of a million files."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        _write(workspace)
        yield from _job(workspace)
        workspace.close()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield from _million(Path(folder) / "project")


def _write(workspace: Workspace) -> None:
    workspace.write(max_job_count=_TRIALS)
    for name in ("data/large", "data/pictures", "src"):
        (workspace.project / name).mkdir(parents=True)
    block = os.urandom(2**20)
    for number in range(_LARGE):
        with (workspace.project / "data" / "large" / f"{number}.bin").open("wb") as file:
            for _ in range(_LARGE_BYTES // len(block)):
                file.write(block)
    for number in range(_PICTURES):
        (workspace.project / "data" / "pictures" / f"{number:05}.jpg").write_bytes(block[:4096])
    for number in range(_CODE):
        (workspace.project / "src" / f"part{number}.py").write_text("# code\n" * 500)


def _job(workspace: Workspace) -> Iterator[Figure]:
    checked, prepared = _timed(
        lambda: prepare(workspace.project, Options(seed=1), data_folder=workspace.data.root)
    )
    assert prepared.submission is not None
    assert [each.path for each in prepared.found.in_place] == ["data/large", "data/pictures"]
    database = Database(workspace.data).open()
    with database.write() as connection:
        job = jobs.add(connection, prepared.submission)
    runner = ProcessRunner(lambda: None)
    took, _ = _timed(lambda: set_up(database, job, runner, threading.Event()))
    yield Figure("project: reading it before a start", checked, "s")
    yield Figure("project: reading it and setting the job up", checked + took, "s", at_most=2)
    yield from _trials(database, job, prepared.found.size)
    runner.close()
    took, _ = _timed(lambda: remove_tree(database.folder.job(job.id)))
    yield Figure("project: removing the job's folder", took, "s")
    assert len(list((workspace.project / "data" / "pictures").iterdir())) == _PICTURES
    database.close()


def _trials(database: Database, job: Job, code: int) -> Iterator[Figure]:
    before, slowest = bytes_on_disk(database.folder.job(job.id)), 0.0
    for number in range(1, _TRIALS + 1):
        content = Content(
            1, database.folder.snapshot(job.id), {"x": 0.5}, None, job.submission.uncopied.in_place
        )
        root = database.folder.trial(job.id, number)
        slowest = max(slowest, _timed(lambda r=root, c=content: trial_folder.make(r, c))[0])  # type: ignore[misc]
    growth = (bytes_on_disk(database.folder.job(job.id)) - before) / _TRIALS
    yield Figure("project: folder of a trial, the slowest of 5", slowest, "s", at_most=0.2)
    yield Figure("project: growth a trial beyond the code", (growth - code) / 2**20, "MiB", at_most=1)


def _million(project: Path) -> Iterator[Figure]:
    for folder in range(_MILLION // _IN_FOLDER):
        place = project / "data" / f"{folder:04}"
        place.mkdir(parents=True)
        for number in range(_IN_FOLDER):
            os.close(os.open(place / f"{number}.txt", os.O_CREAT | os.O_WRONLY))
    seen: list[float] = []
    took, found = _timed(
        lambda: scan(project, LocalSettings(), None, Watcher(lambda _n: seen.append(time.monotonic())))
    )
    assert found.in_place[0].files == _MILLION
    pauses = [later - earlier for earlier, later in pairwise(seen)]
    yield Figure("project: reading a million files", took, "s")
    yield Figure("project: longest pause between two reports of its progress", max(pauses), "s", at_most=1)
    yield Figure("project: until a cancelled reading stops", _cancelled(project), "s", at_most=0.5)


def _cancelled(project: Path) -> float:
    """Seconds from the request until the reading has stopped."""
    asked: list[float] = []

    def progress(count: int) -> None:
        if count >= _CANCEL_AT and not asked:
            asked.append(time.monotonic())

    try:
        scan(project, LocalSettings(), None, Watcher(progress, lambda: bool(asked)))
    except StoppedError:
        return time.monotonic() - asked[0]
    raise AssertionError("it was not stopped")


def _timed(function: Callable[[], T]) -> tuple[float, T]:
    began = time.monotonic()
    found = function()
    return time.monotonic() - began, found
