"""What a job needs before its first trial: the snapshot of the project, and its image."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from bayescore.i18n import text
from bayescore.store import Database, Job, events, settings, transfers
from bayescore.trials import images, snapshot
from bayescore.trials.docker_engine import answering
from bayescore.trials.runners import DockerRunner, Runner


def set_up(database: Database, job: Job, runner: Runner, cancelled: threading.Event) -> None:
    """Take the snapshot and see that the image is here; what is done already is not done again.

    Raises
    ------
    RunnerError
        When one of them cannot be had.
    """
    target = database.folder.snapshot(job.id)
    if not target.exists():
        taken = snapshot.take(
            Path(job.submission.project), target, leave_out=database.folder.root, cancelled=cancelled.is_set
        )
        _report(database, job, taken)
    if isinstance(runner, DockerRunner) and job.submission.image:
        _have_image(database, job, runner, cancelled)
    if job.submission.runner == "ray":
        _make_nodes_ready(database, job, runner, cancelled)


def _make_nodes_ready(database: Database, job: Job, runner: Runner, cancelled: threading.Event) -> None:
    from bayescore.cluster.ray_runner import RayRunner

    assert isinstance(runner, RayRunner)

    def report(node: str, share: float) -> None:
        shown = {"image": f"{job.submission.image} ({node})", "share": share, "layers": {}}
        with database.write() as connection:
            settings.put(connection, transfers.pull_key(job.id), json.dumps(shown))

    runner.make_ready(job.id, job.submission, report, cancelled.is_set)


def _report(database: Database, job: Job, taken: snapshot.Snapshot) -> None:
    with database.write() as connection:
        message = text("{files} files of the project were copied.", files=taken.files)
        events.add(connection, job.id, "snapshot", message)
        for link in taken.outside:
            message = text(
                "{link} points out of the project and was left out; bind its target as data.", link=link
            )
            events.add(connection, job.id, "link_outside", message, level="warning")
        for special in taken.special:
            message = text("{file} is no file and no folder and was left out.", file=special)
            events.add(connection, job.id, "special_file", message, level="warning")


def _have_image(database: Database, job: Job, runner: DockerRunner, cancelled: threading.Event) -> None:
    image = str(job.submission.image)
    with answering(str(job.submission.endpoint)):
        if images.is_present(runner.client, image):
            return
    key = transfers.pull_key(job.id)

    def report(progress: images.PullProgress) -> None:
        shown = {"image": progress.image, "share": progress.share, "layers": progress.layers}
        with database.write() as connection:
            settings.put(connection, key, json.dumps(shown))

    with database.write() as connection:
        events.add(connection, job.id, "pull", text("The image {image} is being pulled.", image=image))
    images.pull(
        runner.client,
        image,
        mirror=job.local.registry_mirror,
        report=report,
        cancelled=cancelled.is_set,
        pause=_pause(cancelled),
    )
    with database.write() as connection:
        events.add(connection, job.id, "pulled", text("The image {image} is here.", image=image))


def _pause(cancelled: threading.Event) -> Callable[[float], None]:
    """A pause that a cancellation ends."""

    def pause(seconds: float) -> None:
        cancelled.wait(seconds)

    return pause
