"""From files and options to a job that can be stored, or to what keeps it from starting."""

from __future__ import annotations

import os
import secrets as randomness
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bayescore.app.reach import PROCESS_LINE, Reach, cluster_lines, folder_lines, reach_of
from bayescore.cluster import connection
from bayescore.cluster.address import ClusterAddress
from bayescore.config import (
    LOCAL_FILE_NAME,
    Access,
    DataBinding,
    LocalSettings,
    NodeRunner,
    OpenBayesConfig,
    Problem,
    RaySettings,
    RunnerChoice,
    load_file,
    load_local_file,
    project_file,
)
from bayescore.config.problems import has_errors
from bayescore.config.read_root import parse_short_binding
from bayescore.engine import job_secrets
from bayescore.errors import ConfigError, RunnerError
from bayescore.files.links import leads_out, real
from bayescore.i18n import text
from bayescore.store import Input, Job, Submission
from bayescore.trials import docker_engine
from bayescore.trials.images import image_for
from bayescore.trials.runners import default_python

EVERYWHERE = "default"  # under “data”: the folder of all nodes that are not named


@dataclass(frozen=True)
class Options:
    """What the command line or a form adds to the files; ``None`` leaves the files' word.

    Attributes
    ----------
    history
        Earlier jobs that the new one learns from, with those that they have learned from.
    """

    data: Sequence[str] = ()
    env: str | None = None
    message: str = ""
    name: str | None = None
    runner: str | None = None
    address: str | None = None
    image: str | None = None
    gpus: str | None = None
    seed: int | None = None
    command: str | None = None
    history: tuple[Job, ...] = ()
    midpoint: bool = False


@dataclass(frozen=True)
class Prepared:
    """A job that could start (``submission`` is ``None`` with errors), its secrets, its problems.

    Attributes
    ----------
    asks
        What its files reach outside the project; not what the user wrote among the options.
    """

    submission: Submission | None
    secrets: dict[str, str]
    problems: tuple[Problem, ...]
    asks: tuple[Reach, ...]


def prepare(where: Path, options: Options) -> Prepared:
    """Read a project and settle everything that a job needs.

    Raises
    ------
    ConfigError
        For an unreadable file, a bad option, an unknown data set, an unset secret, an earlier
        job with another objective.
    RunnerError
        When the wanted container engine does not answer.
    """
    file = project_file(where).absolute()
    loaded = load_file(file)
    local_file = load_local_file(file.parent / LOCAL_FILE_NAME)
    problems = (*loaded.problems, *local_file.problems)
    if loaded.config is None or local_file.settings is None or has_errors(list(problems)):
        return Prepared(None, {}, problems, ())
    config = _with_options(loaded.config, options)
    local = _local_with_options(local_file.settings, options)
    secrets = job_secrets.collect(config, loaded.document.text, os.environ)
    runner, endpoint = _runner(local)
    image = None
    if runner == "docker" or (runner == "ray" and local.ray.runner is NodeRunner.DOCKER):
        image = image_for(config, local)
    elif runner == "process":
        local = local.model_copy(update={"python": _python(local, file.parent)})
    submission = Submission(
        name=options.name or file.parent.name or "job",
        project=str(file.parent),
        file_text=job_secrets.without_values(config, loaded.document.text),
        config=config,
        local=local,
        runner=runner,
        endpoint=endpoint,
        image=image,
        seed=local.seed if local.seed is not None else randomness.randbelow(2**31),
        message=options.message,
        inputs=resolve_inputs(config.data_bindings, local, file.parent, elsewhere=runner == "ray"),
        history=_history(options.history, config.hyper_tuning.hyperparameter_metric),
        midpoint=options.midpoint,
    )
    written = _written(options, config, local_file.settings, file.parent)
    asks = tuple(
        each for each in reach_of(submission, file.parent) if not each.lines or not each.lines <= written
    )
    return Prepared(submission, secrets, problems, asks)


def _written(options: Options, config: OpenBayesConfig, local: LocalSettings, project: Path) -> set[str]:
    """Lines of what the user wrote among the options: nobody needs to ask for it.

    A folder that the project's files or its links put in the place of the written one is not that.
    """
    lines: set[str] = set()
    runner = (options.runner or "").lower()
    if runner == RunnerChoice.PROCESS:
        lines.add(PROCESS_LINE)
    if options.address:
        lines |= cluster_lines(options.address)
    elif runner == RunnerChoice.RAY and local.ray.address == RaySettings().address:
        lines |= cluster_lines(local.ray.address)
    for binding in config.data_bindings if options.data else ():
        place = project / Path(binding.data).expanduser()
        if binding.data not in local.data and not leads_out(place, project):
            lines |= folder_lines(real(place), writable=binding.type is Access.READ_WRITE)
    return lines


def _history(earlier: Sequence[Job], metric: str) -> tuple[str, ...]:
    """Ids of earlier jobs, each once."""
    for job in earlier:
        if job.metric != metric:
            raise ConfigError(
                text(
                    "Job {id} was tuned for “{other}”, this one is for “{metric}”: it teaches nothing here.",
                    id=job.id,
                    other=job.metric,
                    metric=metric,
                ),
                text(
                    "Set hyperparameter_metric to “{other}”, or start without that history.", other=job.metric
                ),
            )
    return tuple(dict.fromkeys(i for job in earlier for i in (*job.submission.history, job.id)))


def _with_options(config: OpenBayesConfig, options: Options) -> OpenBayesConfig:
    changes: dict[str, object] = {}
    if options.env:
        changes["env"] = options.env
    if options.command:
        changes["command"] = options.command
    if options.data:
        changes["data_bindings"] = tuple(_binding(written) for written in options.data)
    return config.model_copy(update=changes)


def _binding(written: str) -> DataBinding:
    try:
        data, path, access = parse_short_binding(written)
    except ValueError:
        raise ConfigError(
            text("“{written}” is not DATA:PATH or DATA:PATH:ro|rw.", written=written),
            text("For example: -d ~/data/mnist:/input0"),
        ) from None
    return DataBinding(data=data, path=path, type=Access(access))


def _local_with_options(local: LocalSettings, options: Options) -> LocalSettings:
    changes: dict[str, object] = {}
    if options.runner:
        try:
            changes["runner"] = RunnerChoice(options.runner.lower())
        except ValueError:
            raise ConfigError(text("The runner is one of: auto, docker, process, ray.")) from None
    if options.address:
        changes["ray"] = local.ray.model_copy(update={"address": options.address})
    if options.image:
        changes["image"] = options.image
    if options.seed is not None:
        changes["seed"] = options.seed
    if options.gpus:
        changes["gpus"] = parse_gpus(options.gpus)
    return local.model_copy(update=changes)


def parse_gpus(written: str) -> str | tuple[int | str, ...]:
    """``all``, ``none``, or indices and UUIDs separated by commas."""
    if written.lower() in ("all", "none"):
        return written.lower()
    parts = [part.strip() for part in written.split(",") if part.strip()]
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _runner(local: LocalSettings) -> tuple[str, str | None]:
    if local.runner is RunnerChoice.RAY:
        if not isinstance(local.gpus, str):
            raise ConfigError(
                text("On a Ray cluster “gpus” is all or none: Ray chooses which."),
                text("Correct “gpus” in openbayes.local.yaml."),
            )
        connection.check(local.ray.address)
        return "ray", ClusterAddress(local.ray.address, local.ray.runner, local.ray.patience).endpoint
    if local.runner is RunnerChoice.PROCESS:
        _check_processes()
        return "process", None
    try:
        return "docker", docker_engine.find()
    except RunnerError:
        if local.runner is RunnerChoice.DOCKER or sys.platform != "linux":
            raise
        return "process", None


def _check_processes() -> None:
    if sys.platform != "linux":  # they are kept and found again by what only Linux has
        raise ConfigError(
            text("Trials run as processes on Linux only."),
            text("Use Docker Desktop, and “runner: docker” in openbayes.local.yaml."),
        )


def _python(local: LocalSettings, project: Path) -> str | None:
    if local.python is None:
        return default_python()
    chosen = Path(local.python).expanduser()
    found = chosen if chosen.is_absolute() else project / chosen
    if not os.access(found, os.X_OK):
        raise ConfigError(
            text("There is no interpreter {file}.", file=found),
            text("Correct “python” in openbayes.local.yaml."),
        )
    return str(found)


def resolve_inputs(
    bindings: Sequence[DataBinding], local: LocalSettings, project: Path, *, elsewhere: bool = False
) -> tuple[Input, ...]:
    """Folders of this machine for the file's data bindings; those of other machines are taken at their word.

    Raises
    ------
    ConfigError
        When no folder is known for a data set, or it does not exist.
    """
    inputs = []
    for binding in bindings:
        named = local.data.get(binding.data) or (binding.name and local.data.get(binding.name)) or None
        nodes = dict(named) if isinstance(named, dict) else {}
        known = nodes.pop(EVERYWHERE, None) if isinstance(named, dict) else named
        place = Path(known or binding.data).expanduser()
        folder = place if place.is_absolute() else project / place
        writable = binding.type is Access.READ_WRITE
        if elsewhere and named:
            inputs.append(Input(str(folder), binding.path, writable, nodes))
        elif folder.is_dir():
            inputs.append(Input(str(folder.resolve()), binding.path, writable))
        elif known:
            raise ConfigError(
                text("The folder {folder} for “{data}” does not exist.", folder=folder, data=binding.data),
                text("Correct “data” in openbayes.local.yaml."),
            )
        else:
            raise ConfigError(
                text("No folder of this machine is known for the data “{data}”.", data=binding.data),
                text("Add to openbayes.local.yaml: data: {{“{data}”: /path/to/it}}", data=binding.data),
            )
    return tuple(inputs)
