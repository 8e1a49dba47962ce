"""Checks before a start: everything that a job needs, each check with its result and how to fix it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.app.baseline_offer import baseline_offer
from bayescore.app.checks import disk, docker_answers, gpu_toolkit
from bayescore.app.consent import unconfirmed
from bayescore.app.container_access import container_access
from bayescore.app.container_environment import missing_variables
from bayescore.app.findings import Finding, may_proceed
from bayescore.app.interpreter_choice import python_findings
from bayescore.app.options import Options
from bayescore.app.permissions import Kind, Permission
from bayescore.app.place_findings import place_findings
from bayescore.app.prepare import Prepared, prepare
from bayescore.app.project_findings import Use, project_findings
from bayescore.cluster import connection
from bayescore.cluster.inspection import lacking
from bayescore.cluster.slots import demand, fitting
from bayescore.config import Contents, Severity
from bayescore.errors import BayesdeskError
from bayescore.files import read_text
from bayescore.files.listing import files_below
from bayescore.i18n import ntext, text
from bayescore.store import DataFolder, Submission
from bayescore.trials import images
from bayescore.trials.gpus import Gpu, chosen, too_few, visible
from bayescore.trials.project_scan import Watcher

_MOST_FILES = 500  # of the project are searched for the metric's name
_MOST_BYTES = 2**20
_NOT_CONTACTED = Finding("cluster", Severity.OK, text("The Ray cluster is not contacted before you allow it"))


@dataclass(frozen=True)
class Preflight:
    """The prepared job, ``None`` when it cannot be prepared, and what the checks found.

    Attributes
    ----------
    unconfirmed
        What the project needs outside its folder and nobody has confirmed.
    """

    prepared: Prepared | None
    findings: tuple[Finding, ...]
    unconfirmed: tuple[Permission, ...] = ()

    @property
    def may_start(self) -> bool:
        """Whether no error keeps the job from starting; warnings do not."""
        is_prepared = self.prepared is not None and self.prepared.submission is not None
        return is_prepared and may_proceed(self.findings)


def preflight(
    where: Path,
    options: Options,
    data_folder: Path,
    contents: Contents | None = None,
    watcher: Watcher | None = None,
) -> Preflight:
    """Prepare a job and check everything that it needs; may take a few seconds.

    Parameters
    ----------
    contents
        What the project's files will contain when the job is submitted; by default what they contain now.
    watcher
        Gets the progress while the project's folders are read, and may stop that.
    """
    try:
        prepared = prepare(where, options, contents, data_folder=data_folder, watcher=watcher)
    except BayesdeskError as error:
        return Preflight(None, (Finding.of_error("files", error),))
    found = list(_files(prepared))
    asked = unconfirmed(DataFolder(data_folder), prepared)
    if prepared.submission is not None:
        submission = prepared.submission
        trusted = all(permission.kind is not Kind.CLUSTER for permission in asked)  # needed to connect to it
        found += [
            *project_findings(Use.by(submission), prepared.found, data_folder),
            *_program(submission),
            *_data(submission),
            disk(data_folder),
            *(_runner(submission) if trusted else [_NOT_CONTACTED]),
            *_gpus(submission),
            *place_findings(_at_a_time(submission), submission.local, submission.runner, data_folder),
            *_environment(submission),
        ]
        if (offer := baseline_offer(submission)) is not None:
            found.append(offer)
    return Preflight(prepared, tuple(found), asked)


def _at_a_time(submission: Submission) -> int:
    return 1 if submission.midpoint else submission.config.hyper_tuning.parallel_count


def _files(prepared: Prepared) -> Iterator[Finding]:
    serious = [p for p in prepared.problems if p.severity is not Severity.HINT]
    for problem in serious:
        yield Finding.of_problem("files", problem)
    if not serious:
        yield Finding("files", Severity.OK, text("Both files are valid"))


def _program(submission: Submission) -> Iterator[Finding]:
    metric = submission.config.hyper_tuning.hyperparameter_metric
    if submission.local.metrics:
        sources = "; ".join(str(source) for source in submission.local.metrics)
        yield Finding("metric", Severity.OK, text("Metrics are read from {sources}", sources=sources))
        return
    if _mentions(Path(submission.project), metric):
        yield Finding("metric", Severity.OK, text("The program names the metric “{metric}”", metric=metric))
        return
    yield Finding(
        "metric",
        Severity.WARNING,
        text("No Python file of the project contains “{metric}”.", metric=metric),
        text(
            "Report it: openbayestool.log_metric('{metric}', value). “Try one trial” shows whether it works.",
            metric=metric,
        ),
    )


def _mentions(project: Path, word: str) -> bool:
    """Whether a Python file of the project contains a word; of many files, the first ones."""
    count = 0
    for file in files_below(project, links=True):
        if file.suffix != ".py":
            continue
        count += 1
        if count > _MOST_FILES:
            return True  # the rest is not searched: no warning without a reason
        with suppress(OSError):  # too large, or not a regular file
            if word in read_text(file, _MOST_BYTES):
                return True
    return False


def _data(submission: Submission) -> Iterator[Finding]:
    for bound in submission.inputs:
        message = text("{path} is {folder}", path=bound.path, folder=bound.source)
        yield Finding("inputs", Severity.OK, message)


def _runner(submission: Submission) -> Iterator[Finding]:
    if submission.runner == "process":
        message = text("Trials run as processes of {python}", python=submission.local.python or "python")
        yield Finding("runner", Severity.OK, message)
        yield from python_findings(
            Path(submission.project), submission.config.command, submission.local.python
        )
    elif submission.runner == "ray":
        yield from _cluster(submission)
    else:
        yield from _docker(submission)


def _docker(submission: Submission) -> Iterator[Finding]:
    with docker_answers(submission.endpoint, otherwise=Severity.ERROR) as docker:
        yield docker.finding
        if docker.client is None or docker.facts is None:
            return
        image = str(submission.image)
        if images.is_present(docker.client, image):
            yield Finding("images", Severity.OK, text("The image {image} is on this machine", image=image))
            yield container_access(docker.client, image, docker.facts)
        else:
            message = text("The image {image} is not on this machine; it is pulled first.", image=image)
            yield Finding("images", Severity.WARNING, message, text("docker pull {image}", image=image))
        if visible() and submission.local.gpus != "none":
            yield from gpu_toolkit(docker.facts)


def _cluster(submission: Submission) -> Iterator[Finding]:
    """Whether the cluster answers, and has a node that could run a trial."""
    address = submission.local.ray.address
    try:
        ray = connection.connect(address)
        found = connection.nodes(ray)
        needed = demand(submission.local, found)
    except BayesdeskError as error:
        yield Finding.of_error("cluster", error)
        return
    yield Finding("cluster", Severity.OK, text("The Ray cluster at {address} answers", address=address))
    for node in found:
        message = text(
            "{node}: GPUs: {free:g} of {gpus:g} free, CPUs: {cpus:g}",
            node=node.name,
            cpus=node.cpus,
            gpus=node.gpus,
            free=node.gpus_free,
        )
        short = node.gpus_free < needed["num_gpus"]
        yield Finding("cluster", Severity.WARNING if short and node.gpus else Severity.OK, message)
    suitable = fitting(found, needed)
    errors = list(lacking(ray, suitable, submission.inputs, submission.uncopied.in_place))
    severity = Severity.ERROR if len(errors) == len(suitable) else Severity.WARNING
    for node, lack in errors:
        message = text("{node} would get no trials: {message}", node=node.name, message=lack.message)
        yield Finding("cluster", severity, message, lack.hint)


def _environment(submission: Submission) -> Iterator[Finding]:
    if submission.environment is None:
        yield from missing_variables(submission, os.environ)
        return
    message = ntext(
        "Trials get the {count} environment variable with which they are started here",
        "Trials get the {count} environment variables with which they are started here",
        len(submission.environment),
    )
    yield Finding("environment", Severity.OK, message)


def _gpus(submission: Submission) -> Iterator[Finding]:
    needed = submission.local.gpus_per_trial
    if submission.local.gpus == "none" or needed == 0 or submission.runner == "ray":
        yield Finding("gpus", Severity.OK, text("Trials use no GPU"))
        return
    there = visible()
    found = chosen(there, submission.local.gpus)
    named = submission.local.gpus != "all"
    if not found and not named and needed == 1:
        yield Finding("gpus", Severity.OK, text("No GPU is visible; trials run on the CPU."))
        return
    if not found and named:
        message = text("None of the chosen GPUs is on this machine.")
        yield Finding("gpus", Severity.ERROR, message, text("Choose others under “Runs on”."))
        return
    if len(found) < needed:
        yield Finding(
            "gpus",
            Severity.ERROR,
            too_few(needed, len(found)),
            text("Lower “GPUs per trial” under “Runs on”."),
        )
    for gpu in found:
        if gpu.busy:
            yield _busy(gpu, used=submission.local.use_busy_gpus)
        else:
            yield Finding(
                "gpus", Severity.OK, text("GPU {index} ({name}) is free", index=gpu.index, name=gpu.name)
            )


def _busy(gpu: Gpu, *, used: bool) -> Finding:
    if used:
        message = text(
            "GPU {index} is in use ({who}); trials use it all the same.", index=gpu.index, who=gpu.users
        )
        return Finding("gpus", Severity.WARNING, message)
    message = text(
        "GPU {index} is in use ({who}); trials wait until it is free.", index=gpu.index, who=gpu.users
    )
    hint = text("To use it all the same, set “use_busy_gpus: true” in openbayes.local.yaml.")
    return Finding("gpus", Severity.WARNING, message, hint)
