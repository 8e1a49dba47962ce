"""Builds the launch of a trial from its row in the store."""

from __future__ import annotations

from pathlib import Path

from bayescore.errors import RunnerError
from bayescore.files.links import leads_out, real
from bayescore.i18n import text
from bayescore.metrics import Watched
from bayescore.store import DataFolder, Job, Trial, job_secrets
from bayescore.trials import Content, Launch, Limits, TrialFolder, reporting
from bayescore.trials.neighbours import rendezvous_ports, threads_per_trial
from bayescore.trials.parameters import command_line, merged

DOCKER = "docker"
PROCESS = "process"
RAY = "ray"
_HOST = {DOCKER: "host.docker.internal", PROCESS: "127.0.0.1", RAY: "127.0.0.1"}  # an agent replaces it


def trial_name(folder: DataFolder, trial: Trial) -> str:
    """Name of an attempt, unique among the containers of this machine."""
    import hashlib

    home = hashlib.sha256(str(folder.root).encode()).hexdigest()[:6]
    return f"bayesdesk-{home}-{trial.job}-{trial.number}-{trial.attempt}"


def launch_of(folder: DataFolder, job: Job, trial: Trial, port: int, at_a_time: int) -> Launch:
    """The launch of a trial: everything that its runner needs.

    Parameters
    ----------
    port
        Port of the listener.
    at_a_time
        Trials of the job that run at the same time on one machine.

    Raises
    ------
    RunnerError
        If the job's secrets are lost.
    """
    local = job.local
    parameters = merged(job.config, trial.parameters)
    environment = {
        **local.environment,
        **reporting(_HOST[job.submission.runner], port, str(trial.id), trial.token),
        "PYTHONUNBUFFERED": local.environment.get("PYTHONUNBUFFERED", "1"),
    }
    return Launch(
        name=trial_name(folder, trial),
        job=job.id,
        number=trial.number,
        folder=TrialFolder(folder.trial(job.id, trial.number)),
        content=Content(
            trial.attempt,
            folder.snapshot(job.id),
            parameters,
            output_source(job),
            job.submission.uncopied.in_place,
            is_mounted=job.submission.runner == DOCKER,
            resumes=trial.curve.resumes and job.submission.runner != RAY,
        ),
        command=command_line(job.config.command, parameters, local.parameters_as),
        environment=environment,
        secrets=job_secrets.load(folder, job.id, job.config),
        inputs=tuple(i for i in job.submission.inputs if i.path != "/output"),
        gpus=trial.gpus,
        limits=Limits(local.cpus, local.memory, local.shm_size, local.trial_timeout, local.pids_limit),
        image=job.submission.image,
        python=local.python,
        shell=local.shell,
        inject_client=local.inject_client,
        outputs=local.ray.outputs,
        metrics=local.metrics,
        wanted=wanted_metrics(job),
        ports=rendezvous_ports(trial.id),
        threads=threads_per_trial(at_a_time, _cpus(job)),
        inherited=_inherited(folder, job),
    )


def wanted_metrics(job: Job) -> tuple[str, ...]:
    """The objective and the side metrics."""
    return (job.metric, *job.config.hyper_tuning.side_metrics)


def watched(folder: DataFolder, job: Job, trial: Trial) -> Watched:
    """What metrics of a trial are read of."""
    extra = output_source(job)
    return Watched(
        job.local.metrics,
        wanted_metrics(job),
        TrialFolder(folder.trial(job.id, trial.number)),
        (folder.snapshot(job.id), *([extra] if extra is not None else [])),
    )


def _cpus(job: Job) -> float | None:
    """CPUs of a trial, if they are limited; Ray gives each trial one unless the settings say more."""
    return job.local.cpus or (1.0 if job.submission.runner == RAY else None)


def _inherited(folder: DataFolder, job: Job) -> dict[str, str] | None:
    stored = job.submission.environment
    if stored is None:
        return None
    visible = {name: value for name, value in stored.items() if value is not None}
    return {**visible, **job_secrets.variables(folder, job.id)}


def check_inputs(job: Job) -> None:
    """Check that no input has become a link that leads out of the project or of a writable input.

    The user allowed the folders as they were when the job was started.

    Raises
    ------
    RunnerError
        If one has, with the folder and the target of the link.
    """
    if job.submission.runner == RAY:  # the agents check the folders of their nodes
        return
    changeable = (
        job.submission.project,
        *(bound.source for bound in job.submission.inputs if bound.writable),
    )
    for bound in job.submission.inputs:
        if any(leads_out(Path(bound.source), Path(folder)) for folder in changeable):
            raise RunnerError(
                text(
                    "The folder {folder} has become a link to {place} since the job was started.",
                    folder=bound.source,
                    place=real(bound.source),
                ),
                text("If this is intended, start a new job."),
            )


def check_in_place(job: Job) -> None:
    """Check that what is used in place is still there, and that containers get what the user allowed.

    Raises
    ------
    RunnerError
        If something is gone, or its path has become a link.
    """
    if job.submission.runner == RAY:  # the agents check their nodes
        return
    for each in job.submission.uncopied.in_place:
        if job.submission.runner == DOCKER and real(each.source) != each.source:
            raise RunnerError(
                text(
                    "{file} has become a link to {place} since the job was started.",
                    file=each.source,
                    place=real(each.source),
                ),
                text("If this is intended, start a new job."),
            )
        if not Path(each.source).exists():
            raise RunnerError(
                text("{file}, which trials use in place, is gone.", file=each.source),
                text("Put it back, then continue the job; or start a new job."),
            )


def output_source(job: Job) -> Path | None:
    """The folder bound to ``/output``, if any. Its content is copied into each trial's output."""
    return next((Path(i.source) for i in job.submission.inputs if i.path == "/output"), None)
