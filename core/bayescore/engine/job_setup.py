"""Prepares a job for its first trial: the snapshot of the project, and the image."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from bayescore.engine.in_place_watch import notes_file
from bayescore.errors import RunnerError
from bayescore.i18n import ntext, text
from bayescore.store import Database, Job, events, job_secrets, settings, transfers
from bayescore.trials import images, snapshot
from bayescore.trials.docker_engine import answering
from bayescore.trials.git_commit import commit_of
from bayescore.trials.in_place_notes import Notes
from bayescore.trials.project_scan import StoppedError
from bayescore.trials.runners import DockerRunner, Runner

_MOST_LISTED = 20  # events of one kind


def set_up(database: Database, job: Job, runner: Runner, cancelled: threading.Event) -> None:
    """Take the snapshot and pull the image, unless they are here already.

    Raises
    ------
    RunnerError
        If one of them fails.
    """
    _report_lost_variables(database, job)
    target = database.folder.snapshot(job.id)
    if not target.exists():
        project = Path(job.submission.project)
        commit = commit_of(project)
        if job.submission.uncopied.in_place:
            _note_in_place(database, job, cancelled)
        taken = snapshot.take(
            project,
            target,
            uncopied=job.submission.uncopied,
            leave_out=database.folder.root,
            cancelled=cancelled.is_set,
        )
        _add_events(database, job, taken, commit)
    if isinstance(runner, DockerRunner) and job.submission.image:
        _pull_image(database, job, runner, cancelled)
    if job.submission.runner == "ray":
        _prepare_nodes(database, job, runner, cancelled)


def _note_in_place(database: Database, job: Job, cancelled: threading.Event) -> None:
    def tick() -> None:
        if cancelled.is_set():
            raise StoppedError(text("Reading the project was stopped."))

    file = notes_file(database.folder, job)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Notes.take(job.submission.uncopied.in_place, tick).save(file)
    except OSError as error:
        raise RunnerError(
            text("{file} cannot be written: {reason}.", file=file, reason=error.strerror or str(error))
        ) from None


def _report_lost_variables(database: Database, job: Job) -> None:
    """Record which variables of the starter's environment are gone, as after a restart of the machine."""
    kept = job.submission.environment or {}
    hidden = {name for name, value in kept.items() if value is None}
    lost = sorted(hidden - job_secrets.variables(database.folder, job.id).keys()) if hidden else []
    if lost:
        message = text(
            "These secret environment variables are gone, and trials run without them: {names}. "
            "They are kept in memory only.",
            names=", ".join(lost),
        )
        with database.write() as connection:
            events.add(connection, job.id, "variables_gone", message, level="warning")


def _prepare_nodes(database: Database, job: Job, runner: Runner, cancelled: threading.Event) -> None:
    from bayescore.cluster.ray_runner import RayRunner

    assert isinstance(runner, RayRunner)

    def report(node: str, share: float) -> None:
        shown = {"image": f"{job.submission.image} ({node})", "share": share, "layers": {}}
        with database.write() as connection:
            settings.put(connection, transfers.pull_key(job.id), json.dumps(shown))

    runner.make_ready(job.id, job.submission, report, cancelled.is_set)


def _add_events(database: Database, job: Job, taken: snapshot.Snapshot, commit: str | None) -> None:
    with database.write() as connection:
        message = ntext(
            "{count} file of the project was copied.",
            "{count} files of the project were copied.",
            taken.files,
        )
        events.add(connection, job.id, "snapshot", message)
        if commit is not None:
            at = text("The project's folder is at Git commit {commit}.", commit=commit)
            events.add(connection, job.id, "commit", at)
        for each in job.submission.uncopied.in_place[:_MOST_LISTED]:
            message = text("{file} is used in place: {place}", file=each.path, place=each.source)
            events.add(connection, job.id, "in_place", message)
        for path in job.submission.uncopied.outputs[:_MOST_LISTED]:
            message = text("{file} holds outputs of earlier runs. Trials do not get it.", file=path)
            events.add(connection, job.id, "outputs_left_out", message, level="warning")
        for link in taken.outside[:_MOST_LISTED]:
            message = text("{link} leads out of the project, and trials do not get it.", link=link)
            events.add(connection, job.id, "link_outside", message, level="warning")
        for special in taken.special:
            message = text("{file} is neither a file nor a folder and was not copied.", file=special)
            events.add(connection, job.id, "special_file", message, level="warning")


def _pull_image(database: Database, job: Job, runner: DockerRunner, cancelled: threading.Event) -> None:
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
        events.add(connection, job.id, "pulled", text("The image {image} is ready.", image=image))


def _pause(cancelled: threading.Event) -> Callable[[float], None]:
    """A pause that ends early when the job is cancelled."""

    def pause(seconds: float) -> None:
        cancelled.wait(seconds)

    return pause
