"""What a job needs, looked at before it starts: each check with its outcome and its mend."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.app.consent import asked_by
from bayescore.app.diagnostics import Finding, Grade, container_reaches, gpu_toolkit
from bayescore.app.prepare import Options, Prepared, prepare
from bayescore.app.reach import Kind, Reach
from bayescore.config import Severity
from bayescore.errors import BayesdeskError
from bayescore.files import read_text
from bayescore.files.listing import files_below
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, Submission
from bayescore.trials import docker_engine, images
from bayescore.trials.gpus import BUSY_BYTES, chosen, visible
from bayescore.trials.ignoring import Ignored

_LOW_DISK = 5 * 2**30
_MOST_FILES = 500  # of the project are searched for the metric's name
_MOST_BYTES = 2**20
_UNSEEN = Finding("cluster", Grade.OK, text("The Ray cluster is not contacted before you allow it"))
_GRADES = {Severity.ERROR: Grade.PROBLEM, Severity.WARNING: Grade.WARNING}


@dataclass(frozen=True)
class Preflight:
    """The prepared job (``None`` when it could not be) and what was found.

    Attributes
    ----------
    asks
        What the project reaches outside itself and nobody has confirmed.
    """

    prepared: Prepared | None
    findings: tuple[Finding, ...]
    asks: tuple[Reach, ...] = ()

    @property
    def may_start(self) -> bool:
        """Whether nothing found keeps the job from starting; warnings do not."""
        sound = self.prepared is not None and self.prepared.submission is not None
        return sound and all(f.grade is not Grade.PROBLEM for f in self.findings)


def preflight(where: Path, options: Options, data_folder: Path) -> Preflight:
    """Prepare a job and look at everything that it needs; may take a few seconds."""
    try:
        prepared = prepare(where, options)
    except BayesdeskError as error:
        return Preflight(None, (Finding("files", Grade.PROBLEM, error.message, error.hint),))
    found = list(_files(prepared))
    asks = asked_by(DataFolder(data_folder), prepared)
    if prepared.submission is not None:
        submission = prepared.submission
        trusted = all(each.kind is not Kind.CLUSTER for each in asks)  # who connects to a cluster trusts it
        runner = _runner(submission) if trusted else [_UNSEEN]
        found += [
            *_ignore_file(submission),
            *_program(submission),
            *_data(submission),
            *_disk(data_folder),
            *runner,
            *_gpus(submission),
        ]
    return Preflight(prepared, tuple(found), asks)


def _files(prepared: Prepared) -> Iterator[Finding]:
    graver = [p for p in prepared.problems if p.severity in _GRADES]
    for problem in graver:
        place = text("{message} (line {line})", message=problem.message, line=problem.line)
        yield Finding("files", _GRADES[problem.severity], place, problem.fix.title if problem.fix else None)
    if not graver:
        yield Finding("files", Grade.OK, text("Both files are in order"))


def _ignore_file(submission: Submission) -> Iterator[Finding]:
    """A line that is not a pattern ends the job while its project is copied: better said before."""
    try:
        Ignored(Path(submission.project), ())
    except BayesdeskError as error:
        yield Finding("files", Grade.PROBLEM, error.message, error.hint)


def _program(submission: Submission) -> Iterator[Finding]:
    metric = submission.config.hyper_tuning.hyperparameter_metric
    if _mentions(Path(submission.project), metric):
        yield Finding("metric", Grade.OK, text("The program names the metric “{metric}”", metric=metric))
        return
    yield Finding(
        "metric",
        Grade.WARNING,
        text("No Python file of the project contains “{metric}”.", metric=metric),
        text(
            "Report it: openbayestool.log_metric('{metric}', value); “Try one trial” shows it.", metric=metric
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
            return True  # too many to say no
        with suppress(OSError):  # one that is too large, or a pipe
            if word in read_text(file, _MOST_BYTES):
                return True
    return False


def _data(submission: Submission) -> Iterator[Finding]:
    for each in submission.inputs:
        message = text("{path} is {folder}", path=each.path, folder=each.source)
        yield Finding("inputs", Grade.OK, message)


def _disk(folder: Path) -> Iterator[Finding]:
    left = shutil.disk_usage(folder).free
    grade = Grade.WARNING if left < _LOW_DISK else Grade.OK
    mend = text("Free some space, or set BAYESDESK_HOME to a folder on another disk.")
    message = text("{left:.1f} GiB are free on its disk", left=left / 2**30)
    yield Finding("disk", grade, message, mend if grade is Grade.WARNING else None)


def _runner(submission: Submission) -> Iterator[Finding]:
    if submission.runner == "process":
        message = text("Trials run as processes of {python}", python=submission.local.python or "python")
        yield Finding("runner", Grade.OK, message)
        return
    if submission.runner == "ray":
        yield from _cluster(submission)
        return
    try:
        client = docker_engine.connect(str(submission.endpoint))
    except BayesdeskError as error:
        yield Finding("docker", Grade.PROBLEM, error.message, error.hint)
        return
    try:
        facts = docker_engine.facts(client)
        mode = text(", rootless") if facts.rootless else Text("")
        yield Finding(
            "docker",
            Grade.OK,
            text(
                "Docker {version} at {endpoint}{mode}",
                version=facts.version,
                endpoint=submission.endpoint,
                mode=mode,
            ),
        )
        image = str(submission.image)
        if images.is_present(client, image):
            yield Finding("images", Grade.OK, text("The image {image} is on this machine", image=image))
            yield container_reaches(client, image, facts)
        else:
            message = text("The image {image} is not here yet; it is pulled first.", image=image)
            yield Finding("images", Grade.WARNING, message, text("docker pull {image}", image=image))
        if visible() and submission.local.gpus != "none":
            yield from gpu_toolkit(facts)
    finally:
        client.close()


def _cluster(submission: Submission) -> Iterator[Finding]:
    """Whether the cluster answers, and has a node that could hold a trial."""
    from bayescore.cluster.connection import connect, nodes
    from bayescore.cluster.inspection import lacking
    from bayescore.cluster.slots import demand, fitting

    address = submission.local.ray.address
    try:
        ray = connect(address)
        found = nodes(ray)
        wanted = demand(submission.local, found)
    except BayesdeskError as error:
        yield Finding("cluster", Grade.PROBLEM, error.message, error.hint)
        return
    yield Finding("cluster", Grade.OK, text("The Ray cluster at {address} answers", address=address))
    for node in found:
        message = text(
            "{node}: {cpus:g} CPUs, {gpus:g} GPUs, {free:g} of them free",
            node=node.name,
            cpus=node.cpus,
            gpus=node.gpus,
            free=node.gpus_free,
        )
        short = node.gpus_free < wanted["num_gpus"]
        yield Finding("cluster", Grade.WARNING if short and node.gpus else Grade.OK, message)
    able = fitting(found, wanted)
    errors = list(lacking(ray, able, submission.inputs))
    grade = Grade.PROBLEM if len(errors) == len(able) else Grade.WARNING
    for node, lack in errors:
        left_out = text("{node} would get no trials: {message}", node=node.name, message=lack.message)
        yield Finding("cluster", grade, left_out, lack.hint)


def _gpus(submission: Submission) -> Iterator[Finding]:
    if submission.local.gpus == "none" or submission.runner == "ray":
        yield Finding("gpus", Grade.OK, text("Trials use no GPU"))
        return
    there = visible()
    found = chosen(there, submission.local.gpus)
    if not found:
        if submission.local.gpus == "all":
            yield Finding("gpus", Grade.OK, text("No GPU is visible; trials run on the CPU."))
        else:
            message = text("None of the chosen GPUs is on this machine.")
            yield Finding("gpus", Grade.PROBLEM, message, text("Choose others under “Runs on”."))
        return
    for gpu in found:
        if gpu.memory_used > BUSY_BYTES:
            message = text(
                "GPU {index} is in use; trials wait while another program has it.", index=gpu.index
            )
            yield Finding("gpus", Grade.WARNING, message)
        else:
            yield Finding(
                "gpus", Grade.OK, text("GPU {index} ({name}) is free", index=gpu.index, name=gpu.name)
            )
