"""Permissions: what a job needs outside its project, such as folders, variables, the account or a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bayescore.cluster.address import ClusterAddress
from bayescore.config import NodeRunner
from bayescore.files.links import real
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, InPlace, Input, Submission

_OUTPUT = "/output"
PROCESS_LINE = "process"
_MOST_COMMAND = 120  # characters of a command that are shown
# In a folder: files that programs of the user run or read.
_RUN_LATER = (".git", "openbayes.yaml", "openbayes.local.yaml")


class Kind(StrEnum):
    """What a permission is for, the most serious first."""

    PROCESS = "process"
    CLUSTER = "cluster"
    ENGINE = "engine"
    WRITE = "write"
    READ = "read"
    VARIABLE = "variable"
    MIRROR = "mirror"
    NETWORK = "network"


@dataclass(frozen=True)
class Permission:
    """One thing outside the project that a job needs.

    Attributes
    ----------
    lines
        What is stored when it is confirmed, the same in every language.  A writable folder has two
        lines, as permission to write includes permission to read.  Empty for what is shown only.
    name, detail
        What it is and what happens to it, for people.
    """

    kind: Kind
    lines: frozenset[str]
    name: Text
    detail: Text

    @property
    def text(self) -> Text:
        """Both in one line."""
        return text("{name}: {detail}", name=self.name, detail=self.detail)


def permissions_of(job: Submission, project: Path | None) -> tuple[Permission, ...]:
    """Every permission that a job needs, the most serious first.

    Parameters
    ----------
    project
        The folder whose content belongs to the job.  ``None`` for a job that was not started here, whose
        own claim is not trusted: then every folder needs a permission, and so does its Docker engine.
    """
    found = [
        *_runs_on(job, foreign=project is None),
        *_folders(job, project),
        *_in_place(job, project),
        *_variables(job),
        *_mirror(job),
    ]
    order = list(Kind)
    unique = {p.lines: p for p in reversed(found)}  # of duplicates, the first
    return tuple(sorted(unique.values(), key=lambda p: (order.index(p.kind), sorted(p.lines))))


def folder_lines(folder: str, *, writable: bool, node: str = "") -> frozenset[str]:
    """Lines of a folder, by its real path."""
    place = f"{node}:{folder}" if node else folder
    return frozenset(f"{verb} {place}" for verb in ("read", *(["write"] if writable else [])))


def cluster_lines(address: str) -> frozenset[str]:
    """Lines of a cluster."""
    return frozenset([f"cluster {address}"])


def copy_of(project: str) -> Permission:
    """Permission to copy a folder as the project of a job."""
    return Permission(
        Kind.READ,
        folder_lines(real(project), writable=False),
        shown(real(project)),
        text("copied as the project of this job"),
    )


def shown(words: str) -> Text:
    """A name from a file, safe to show in a list: without line ends and direction marks."""
    return Text(
        "{name}", {"name": "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)}
    )


def _brief(command: str) -> Text:
    """A command, shortened to one line."""
    words = " ".join(command.split())
    return shown(words if len(words) <= _MOST_COMMAND else f"{words[:_MOST_COMMAND]}…")


def listed(permissions: Iterable[Permission]) -> Text:
    """A list with one line for each permission."""
    lines = {f"line{i}": permission.text for i, permission in enumerate(permissions)}
    return Text("\n".join(f"- {{{name}}}" for name in lines), lines)


def _runs_on(job: Submission, *, foreign: bool) -> Iterator[Permission]:
    """Permissions for where the program runs, by the endpoint, which is what the engine goes by."""
    command = _brief(job.config.command)
    if job.endpoint is None:
        yield Permission(
            Kind.PROCESS,
            frozenset([PROCESS_LINE]),
            text("Runs as you, without a container"),
            text(
                "can read and change everything that you can, read your environment variables, "
                "and use the network. Command: {command}",
                command=command,
            ),
        )
    elif (cluster := ClusterAddress.of(job.endpoint)) is not None:
        yield Permission(
            Kind.CLUSTER,
            cluster_lines(cluster.address),
            text("Ray cluster {address}", address=shown(cluster.address)),
            text("the project is copied to the machines of this cluster, and trials run there"),
        )
        if cluster.runner != NodeRunner.DOCKER:
            yield Permission(
                Kind.PROCESS,
                frozenset([f"{PROCESS_LINE} on nodes"]),
                text("Runs without a container on the cluster"),
                text("can do there what the account of Ray can. Command: {command}", command=command),
            )
    elif foreign:
        yield Permission(
            Kind.ENGINE,
            frozenset([f"engine {job.endpoint}"]),
            text("Docker engine {address}", address=shown(job.endpoint)),
            text("runs the trials of this job"),
        )
    if job.image is not None:
        yield Permission(
            Kind.NETWORK, frozenset(), text("Network"), text("its containers can use the network")
        )


def _folders(job: Submission, project: Path | None) -> Iterator[Permission]:
    inside = None if project is None or _is_home(project) else real(project)
    for bound in job.inputs:
        source = real(bound.source)
        if (
            inside is None
            or not Path(source).is_relative_to(inside)
            or _needs_permission(bound, Path(source))
        ):
            yield _folder(bound, source)
        for node, folder in bound.nodes.items():
            yield _folder(bound, folder, node)


def _in_place(job: Submission, project: Path | None) -> Iterator[Permission]:
    """Permissions for what containers, or the nodes of a cluster, use of this machine in place.

    A program that runs as a process can use everything anyway, which is a permission of its own.
    """
    if job.endpoint is None:
        return
    inside = None if project is None or _is_home(project) else real(project)
    for each in job.uncopied.in_place:
        source = Path(each.source)
        is_inside = inside is not None and source.is_relative_to(inside)
        if not is_inside or _is_sensitive(source, is_changed=each.writable):
            yield _used_in_place(each)


def _used_in_place(each: InPlace) -> Permission:
    path = shown(each.path)
    if each.writable:
        detail = text("trials read it and CHANGE it, as {path} in the project", path=path)
    else:
        detail = text("trials read it, as {path} in the project", path=path)
    kind = Kind.WRITE if each.writable else Kind.READ
    return Permission(kind, folder_lines(each.source, writable=each.writable), shown(each.source), detail)


def _needs_permission(bound: Input, source: Path) -> bool:
    """Whether a folder of the project needs a permission."""
    return _is_sensitive(source, is_changed=bound.writable and bound.path != _OUTPUT)


def _is_sensitive(source: Path, *, is_changed: bool) -> bool:
    """Whether a folder contains the data folder or is inside it, or is changed and holds files that the
    user's own programs run or read later."""
    data = Path(real(DataFolder.default().root))
    if source.is_relative_to(data) or data.is_relative_to(source):
        return True
    return is_changed and (".git" in source.parts or any((source / name).exists() for name in _RUN_LATER))


def _is_home(project: Path) -> bool:
    """Whether a project's folder is the user's home or above it: most of it is not the project's."""
    try:
        return Path(real(Path.home())).is_relative_to(real(project))
    except RuntimeError:  # the account has none
        return False


def _folder(bound: Input, source: str, node: str = "") -> Permission:
    writable = bound.writable and bound.path != _OUTPUT
    name = text("{folder} on {node}", folder=shown(source), node=shown(node)) if node else shown(source)
    path = shown(bound.path)
    if bound.path == _OUTPUT:
        detail = text("copied into the output of every trial")
    elif writable:
        detail = text("trials read it and CHANGE it, as {path}", path=path)
    else:
        detail = text("trials read it, as {path}", path=path)
    kind = Kind.WRITE if writable else Kind.READ
    return Permission(kind, folder_lines(source, writable=writable, node=node), name, detail)


def _variables(job: Submission) -> Iterator[Permission]:
    for parameter, secret in job.config.secrets.items():
        if secret.env is not None:
            yield Permission(
                Kind.VARIABLE,
                frozenset([f"variable {secret.env}"]),
                shown(secret.env),
                text(
                    "trials get the value of this environment variable, as “{parameter}”",
                    parameter=shown(parameter),
                ),
            )


def _mirror(job: Submission) -> Iterator[Permission]:
    mirror = job.local.registry_mirror
    if mirror and job.image:
        yield Permission(
            Kind.MIRROR,
            frozenset([f"mirror {mirror}"]),
            text("Registry mirror {address}", address=shown(mirror)),
            text(
                "the image {image} is pulled from there and keeps its name, for other projects too",
                image=shown(job.image),
            ),
        )
