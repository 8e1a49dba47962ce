"""The settings of a job on this machine in words, as the form of the editor calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import Belief, EarlyStopping, LocalSettings, ObjectiveRule
from bayescore.i18n import _
from bayescore.results.job_changes import changes_since_start
from bayescore.store import Event, Job
from bayesdesk.models.formatting import span


@dataclass(frozen=True)
class Setting:
    """A setting and its value.

    Attributes
    ----------
    folder
        A folder on this machine that the value names; ``None`` if it names none.
    """

    title: str
    value: str
    folder: str | None = None


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    title: str
    settings: tuple[Setting, ...]


def groups_of(job: Job, happened: Sequence[Event] = ()) -> list[Group]:
    """The settings of a job by group; those that have their default value are left out.

    Parameters
    ----------
    happened
        The job's events, one of which may name the project's Git commit.
    """
    groups = [
        Group(_("Changed since the start"), tuple(_changes(happened))),
        Group(_("Job"), tuple(_job(job, happened))),
        Group(_("Runs on"), tuple(_place(job))),
        Group(_("Data"), tuple(_inputs(job))),
        Group(_("Limits"), tuple(_limits(job.local))),
        Group(_("Search"), tuple(_search(job))),
        Group(_("Environment variables"), tuple(Setting(k, v) for k, v in job.local.environment.items())),
        Group(
            _("Environment in which it was started"),
            tuple(Setting(k, v) for k, v in sorted(job.submission.shown_environment().items())),
        ),
    ]
    return [group for group in groups if group.settings]


def _changes(happened: Sequence[Event]) -> list[Setting]:
    """Settings that differ from those of the files, with the value in the files and the one in effect."""
    return [
        Setting(str(c.arguments["name"]), f"{c.arguments['before']} → {c.arguments['after']}")
        for c in changes_since_start(happened)
    ]


def _job(job: Job, happened: Sequence[Event]) -> list[Setting]:
    submission = job.submission
    found = [Setting(_("Id"), job.id), Setting(_("Project"), submission.project, folder=submission.project)]
    commit = next((e.text.arguments.get("commit") for e in happened if e.kind == "commit"), None)
    if commit is not None:
        found.append(Setting(_("Git commit"), str(commit)))
    if submission.message:
        found.append(Setting(_("Message"), submission.message))
    return found


def _place(job: Job) -> list[Setting]:
    submission, local = job.submission, job.local
    runners = {
        "docker": "Docker",
        "process": _("Processes of this machine"),
        "ray": _("Ray cluster"),
        "imported": _("Imported: it ran elsewhere"),
    }
    found = [Setting(_("Runner"), runners.get(submission.runner, submission.runner))]
    if submission.runner == "ray":
        found.append(Setting(_("Address"), local.ray.address))
        found.append(Setting(_("Runner on the nodes"), runners[local.ray.runner]))
        found.append(Setting(_("Outputs to copy back"), local.ray.outputs))
        found.append(Setting(_("Wait for a lost node"), span(local.ray.patience)))
        found += [Setting(name, f"{amount:g}") for name, amount in local.ray.resources.items()]
    if submission.image:
        found.append(Setting(_("Image"), submission.image))
    if local.registry_mirror:
        found.append(Setting(_("Registry mirror"), local.registry_mirror))
    if submission.runner == "process" and local.python:
        found.append(Setting("Python", local.python))
    if not submission.is_imported:
        found.append(Setting("GPU", _gpus(local)))
    if local.gpus_per_trial != 1:
        found.append(Setting(_("GPUs per trial"), str(local.gpus_per_trial)))
    if local.trials_per_gpu > 1:
        found.append(Setting(_("Trials per GPU"), str(local.trials_per_gpu)))
    if local.use_busy_gpus:
        found.append(Setting(_("GPUs that other programs use"), _("are used too")))
    return found


def _gpus(local: LocalSettings) -> str:
    if isinstance(local.gpus, str):
        return {"all": _("all"), "none": _("none")}[local.gpus]
    return ", ".join(str(gpu) for gpu in local.gpus)


def _inputs(job: Job) -> list[Setting]:
    found = []
    for bound in job.submission.inputs:
        access = _("read and write") if bound.writable else _("read only")
        found.append(Setting(bound.path, f"{bound.source} ({access})", folder=bound.source))
        found += [Setting(_("on {node}", node=node), folder) for node, folder in bound.nodes.items()]
    return found


def _limits(local: LocalSettings) -> list[Setting]:
    default = LocalSettings()
    found = []
    if local.cpus is not None:
        found.append(Setting(_("CPUs of a trial"), f"{local.cpus:g}"))
    if local.memory is not None:
        found.append(Setting(_("Memory"), _binary(local.memory)))
    if local.shm_size is not None:
        found.append(Setting(_("Shared memory"), _binary(local.shm_size)))
    if local.pids_limit != default.pids_limit:
        found.append(Setting(_("Processes and threads"), str(local.pids_limit)))
    if local.trial_timeout is not None:
        found.append(Setting(_("Time limit"), span(local.trial_timeout)))
    if local.max_hours is not None:
        found.append(Setting(_("Longest job, in hours"), f"{local.max_hours:g}"))
    if local.max_gpu_hours is not None:
        found.append(Setting(_("GPU hours at most"), f"{local.max_gpu_hours:g}"))
    if local.hours is not None:
        words = local.hours.when if local.hours.zone is None else f"{local.hours.when} ({local.hours.zone})"
        found.append(Setting(_("Hours in which trials begin"), words))
    if local.max_failed_trials is not None:
        found.append(Setting(_("Stop after failures"), str(local.max_failed_trials)))
    return found


def _binary(count: int) -> str:
    """Bytes in the unit that the file was most likely written in."""
    for unit, bits in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count >= 2**bits:
            return f"{count / 2**bits:.4g} {unit}"
    return f"{count} B"


def _early_stopping(settings: EarlyStopping) -> str:
    parts = [_("when the chance is below {percent}", percent=f"{100.0 * (1.0 - settings.confidence):.3g} %")]
    if settings.min_steps is not None:
        parts.append(_("from step {step} on", step=settings.min_steps))
    return ", ".join(parts)


def _belief(belief: Belief) -> str:
    if belief.weights:
        return ", ".join(f"{value} {weight:g}" for value, weight in belief.weights.items())
    if belief.within is None:
        return str(belief.around)
    return _("{value}, within {distance}", value=belief.around, distance=f"{belief.within:g}")


def _search(job: Job) -> list[Setting]:
    local, found = job.local, []
    if not job.submission.is_imported:
        found.append(Setting(_("Seed"), str(job.submission.seed)))
    if local.objective is ObjectiveRule.BEST:
        found.append(Setting(_("Objective of a trial"), _("Best value")))
    found += [Setting(_("Expected {name}", name=name), _belief(b)) for name, b in local.expect.items()]
    if local.early_stopping is not None:
        found.append(Setting(_("Stop hopeless trials"), _early_stopping(local.early_stopping)))
    if not local.stop_when_exhausted:
        found.append(Setting(_("When nothing more can be gained"), _("continue")))
    if not local.inject_client:
        found.append(Setting("openbayestool", _("the project's own")))
    found += [Setting(_("Metrics from {kind}", kind=source.kind), source.value) for source in local.metrics]
    return found
