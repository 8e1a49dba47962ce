"""What the checks before a start say about the project's files: what is copied, what is used in place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bayescore.app.findings import Action, Finding
from bayescore.app.ignore_file import ignore
from bayescore.app.local_edits import copy_instead, leave_in_place
from bayescore.app.sizes import sized
from bayescore.config import Severity
from bayescore.i18n import Text, ntext, text
from bayescore.store import InPlace, Submission
from bayescore.trials.project_scan import LinkOut, ProjectScan, RunOutputs
from bayescore.trials.sorting import FOLDER_BYTES, FOLDER_FILES

TOPIC = "project_files"
_MOST_LISTED = 20  # rows of one kind


@dataclass(frozen=True)
class Use:
    """How a job uses its project: what runs the trials, in containers or not, and how many."""

    project: Path
    runner: str
    in_containers: bool
    trials: int

    @classmethod
    def by(cls, submission: Submission) -> Use:
        """By a job that is about to be submitted."""
        trials = 1 if submission.midpoint else submission.config.hyper_tuning.max_job_count
        return cls(Path(submission.project), submission.runner, submission.image is not None, trials)


def project_findings(use: Use, found: ProjectScan, data_folder: Path) -> Iterator[Finding]:
    """Every finding about the files of a project; the first one is the summary."""
    yield _summary(use, found)
    if len(found.in_place) > 1:
        for each in found.in_place[:_MOST_LISTED]:
            message = text("{name} is used in place{how}", name=named(each), how=_how(use, each))
            yield Finding(TOPIC, Severity.OK, message, _change(use, each), _actions(each))
        if (rest := len(found.in_place) - _MOST_LISTED) > 0:
            more = ntext("{count} more is used in place", "{count} more are used in place", rest)
            yield Finding(TOPIC, Severity.OK, more)
    yield from (_outputs(use.project, each) for each in found.outputs[:_MOST_LISTED])
    yield from _links(use, found)
    if found.size > FOLDER_BYTES or found.files > FOLDER_FILES:
        yield Finding(
            TOPIC,
            Severity.WARNING,
            text("Each trial gets a copy of {size}.", size=sized(found.size)),
            text(
                "List data under “in_place” in openbayes.local.yaml, "
                "and what no trial needs in .openbayesignore."
            ),
        )
    yield _on_disk(use, found, data_folder)


def named(each: InPlace) -> Text:
    """The path of something in place, with its size."""
    if each.is_whole:
        return text("{path} ({size})", path=each.path, size=sized(each.size))
    return text("{path} (more than {size})", path=each.path, size=sized(each.size))


def _summary(use: Use, found: ProjectScan) -> Finding:
    copied = ntext(
        "{count} file, {size} is copied",
        "{count} files, {size} are copied",
        found.files,
        size=sized(found.size),
    )
    if not found.in_place:
        return Finding(TOPIC, Severity.OK, copied)
    if len(found.in_place) == 1:
        (each,) = found.in_place
        message = text(
            "{copied}; {name} is used in place{how}",
            copied=copied,
            name=named(each),
            how=_how(use, each),
        )
        return Finding(TOPIC, Severity.OK, message, _change(use, each), _actions(each))
    message = ntext(
        "{copied}; {count} entry ({size}) is used in place",
        "{copied}; {count} entries ({size}) are used in place",
        len(found.in_place),
        copied=copied,
        size=sized(sum(each.size for each in found.in_place)),
    )
    return Finding(TOPIC, Severity.OK, message)


def _how(use: Use, each: InPlace) -> Text:
    """How trials use it, after “is used in place”."""
    if each.writable:
        return text(", and trials may change it")
    if use.runner == "process":
        return text(", read-only by agreement: nothing stops a process from writing")
    if use.runner == "ray":
        return text(", sent to each node") if each.send else text(", from the same path on each node")
    return text(", read-only")


def _change(use: Use, each: InPlace) -> Text | None:
    """What the settings can say to use it otherwise; they may say one part of it already."""
    write = text('in_place: {{"{path}": rw}} lets trials write there', path=each.path)
    copied = text('copy: ["{path}"] copies it for each trial', path=each.path)
    if (use.project / each.path).is_symlink():
        return None if each.writable else text("In openbayes.local.yaml, {write}.", write=write)
    if each.writable:
        return text("In openbayes.local.yaml, {copied}.", copied=copied)
    return text("In openbayes.local.yaml, {write}; {copied}.", write=write, copied=copied)


def _actions(each: InPlace) -> tuple[Action, ...]:
    """Edits of the settings that change how something is used."""
    found = []
    if not each.writable:
        found.append(
            Action(text("Let trials write"), edit=partial(leave_in_place, path=each.path, writable=True))
        )
    if each.source.endswith(f"/{each.path}"):  # no link to elsewhere
        found.append(Action(text("Copy it instead"), edit=partial(copy_instead, path=each.path)))
    return tuple(found)


def _outputs(project: Path, each: RunOutputs) -> Finding:
    size = sized(each.size)
    if each.is_left_out:
        message = text(
            "{path} ({size}) holds outputs of earlier runs. "
            "Trials do not get it, as they would write into it.",
            path=each.path,
            size=size,
        )
    else:
        message = text(
            "{path} ({size}) holds outputs of earlier runs. Each trial gets a copy.",
            path=each.path,
            size=size,
        )
    return Finding(
        TOPIC,
        Severity.WARNING,
        message,
        text("List {path} in .openbayesignore; if trials read it, list it under “copy” or “in_place”.",
             path=f"{each.path}/"),
        (
            Action(text("Add to .openbayesignore"), run=partial(ignore, project, each.path)),
            Action(text("Use it in place"), edit=partial(leave_in_place, path=each.path, writable=False)),
        ),
    )  # fmt: skip


def _links(use: Use, found: ProjectScan) -> Iterator[Finding]:
    for link in found.dangling[:_MOST_LISTED]:
        message = text("{link} leads to {place}, which is not there.", link=link.path, place=link.target)
        hint = text("Mount its disk, or correct the link. Trials get no such link.")
        yield Finding(TOPIC, Severity.WARNING, message, hint)
    for link in found.above[:_MOST_LISTED]:
        message = text(
            "{link} leads to {place}, which contains the project. Trials get no such link.",
            link=link.path,
            place=link.target,
        )
        hint = text("If trials need it, list “{link}” under “in_place”.", link=link.path)
        yield Finding(TOPIC, Severity.WARNING, message, hint)
    if found.within and use.in_containers:
        yield _within(found.within)
    for path in found.special[:_MOST_LISTED]:
        message = text("{file} is neither a file nor a folder and is not copied.", file=path)
        yield Finding(TOPIC, Severity.WARNING, message)


def _within(links: tuple[LinkOut, ...]) -> Finding:
    first = links[0]
    message = ntext(
        "{link}, inside a folder that is used in place, leads to {place}. It leads nowhere in a container.",
        "{count} links inside folders that are used in place lead out of the project, such as {link} to "
        "{place}. They lead nowhere in a container.",
        len(links),
        link=first.path,
        place=first.target,
    )
    hint = text("Bind the target as data, or put a link to it outside that folder.")
    return Finding(TOPIC, Severity.WARNING, message, hint)


def _on_disk(use: Use, found: ProjectScan, data_folder: Path) -> Finding:
    """What the job takes on the disk of the data folder, apart from what its programs write."""
    needed = found.size * (use.trials + 1)
    there = next(folder for folder in (data_folder, *data_folder.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    message = ntext(
        "The job takes up to {size} on disk, for {count} trial, besides what the program writes",
        "The job takes up to {size} on disk, for {count} trials, besides what the programs write",
        use.trials,
        size=sized(needed),
    )
    if needed < free:
        return Finding("disk", Severity.OK, message)
    message = text("{message}; {free} are free.", message=message, free=sized(free))
    hint = text("List data under “in_place” in openbayes.local.yaml, or free some space.")
    return Finding("disk", Severity.WARNING, message, hint)
