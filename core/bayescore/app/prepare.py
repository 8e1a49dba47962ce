"""Preparing a job: from a project's files and the options of a start to a submission."""

from __future__ import annotations

import os
import secrets as randomness
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.app.gpu_problems import gpu_problems
from bayescore.app.in_place_problems import in_place_problems
from bayescore.app.inputs import resolve_inputs
from bayescore.app.interpreter_choice import python_problems
from bayescore.app.known_table import known_problems, with_known
from bayescore.app.options import Options, local_with_options, with_options
from bayescore.app.permissions import PROCESS_LINE, Permission, cluster_lines, folder_lines, permissions_of
from bayescore.app.program_problems import program_problems
from bayescore.app.secret_values import collect, masked
from bayescore.app.starter_environment import StarterEnvironment, environment_of_starter
from bayescore.cluster import connection
from bayescore.cluster.address import ClusterAddress
from bayescore.config import (
    Access,
    Contents,
    LocalSettings,
    NodeRunner,
    OpenBayesConfig,
    Problem,
    RaySettings,
    RunnerChoice,
    load_contents,
    project_file,
    read_contents,
)
from bayescore.config.both_files import problems_of
from bayescore.config.problems import has_errors
from bayescore.errors import ConfigError, RunnerError
from bayescore.files.links import leads_out, real
from bayescore.i18n import text
from bayescore.pythons import resolved, stored
from bayescore.store import DataFolder, Job, Submission
from bayescore.trials import docker_engine
from bayescore.trials.images import image_for
from bayescore.trials.project_scan import ProjectScan, Watcher, scan
from bayescore.trials.runners import default_python


@dataclass(frozen=True)
class Prepared:
    """A job that can be submitted; with errors in its files, ``submission`` is ``None``.

    Attributes
    ----------
    secrets
        Values of the secret parameters, by name.
    problems
        Of both files.
    permissions
        What the files need outside the project's folder, without what the user named in the options.
    found
        What is copied of the project, and what is used in place.
    secret_variables
        Secrets among the environment variables that the job keeps, by name.
    """

    submission: Submission | None
    secrets: dict[str, str]
    problems: tuple[Problem, ...]
    permissions: tuple[Permission, ...]
    found: ProjectScan = field(default_factory=ProjectScan)
    secret_variables: dict[str, str] = field(default_factory=dict)


def prepare(
    where: Path,
    options: Options,
    contents: Contents | None = None,
    *,
    data_folder: Path | None = None,
    watcher: Watcher | None = None,
) -> Prepared:
    """Read a project's files and resolve everything that a job needs.

    Parameters
    ----------
    contents
        What the files will contain when the job is submitted; by default what they contain now.
    data_folder
        Not part of the project even if it is in it; by default the user's.
    watcher
        Gets the progress while the project's folders are read, and may stop that.

    Raises
    ------
    ConfigError
        For an unreadable file, an invalid option, an unknown data set, an unset secret, an earlier
        job with another objective.
    RunnerError
        When the container engine that the files ask for does not answer.
    """
    file = project_file(where).absolute()
    loaded, local_file = load_contents(contents or read_contents(file), file)
    problems = problems_of(file, loaded, local_file)
    if loaded.config is None or local_file.settings is None or has_errors(problems):
        return Prepared(None, {}, problems, ())
    config = with_options(loaded.config, options)
    local = local_with_options(local_file.settings, options)
    found = scan(file.parent, local, data_folder or DataFolder.default().root, watcher)
    problems = (
        *problems,
        *in_place_problems(file.parent, local_file, found),
        *program_problems(file.parent, loaded, local_file),
        *gpu_problems(file.parent, local_file, local),
        *known_problems(file.parent, loaded, local_file),
    )
    if has_errors(problems):
        return Prepared(None, {}, problems, (), found)
    local = with_known(local, file.parent, config.hyper_tuning, local_file)
    runner, endpoint = _runner(local)
    problems = (*problems, *python_problems(file.parent, local_file, runner))
    if has_errors(problems):
        return Prepared(None, {}, problems, (), found)
    secrets = collect(config, loaded.document.text, os.environ)
    image = None
    if runner == "docker" or (runner == "ray" and local.ray.runner is NodeRunner.DOCKER):
        image = image_for(config, local)
    elif runner == "process":
        local = local.model_copy(update={"python": _python(local, file.parent)})
    kept = _kept_environment(runner, local, config)
    submission = Submission(
        name=options.name or file.parent.name or "job",
        project=str(file.parent),
        file_text=masked(config, loaded.document.text),
        config=config,
        local=local,
        runner=runner,
        endpoint=endpoint,
        image=image,
        seed=local.seed if local.seed is not None else randomness.randbelow(2**31),
        message=options.message,
        inputs=resolve_inputs(config.data_bindings, local, file.parent, elsewhere=runner == "ray"),
        uncopied=found.uncopied,
        history=_history(options.history, config.hyper_tuning.hyperparameter_metric),
        midpoint=options.midpoint,
        environment=None if kept is None else kept.stored(),
    )
    given = _given(options, config, local_file.settings, file.parent)
    permissions = tuple(
        p for p in permissions_of(submission, file.parent) if not p.lines or not p.lines <= given
    )
    return Prepared(submission, secrets, problems, permissions, found, kept.secrets if kept else {})


def _kept_environment(
    runner: str, local: LocalSettings, config: OpenBayesConfig
) -> StarterEnvironment | None:
    """The environment that the trials get; ``None`` for containers, which get none."""
    in_containers = runner == "docker" or (runner == "ray" and local.ray.runner is NodeRunner.DOCKER)
    if in_containers:
        return None
    return environment_of_starter(os.environ, {s.env for s in config.secrets.values() if s.env is not None})


def _given(options: Options, config: OpenBayesConfig, local: LocalSettings, project: Path) -> set[str]:
    """Lines of the permissions that the user has given by naming something in the options.

    A folder that the project's files or links put in the place of the named one is not included.
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
    """Ids of earlier jobs, without duplicates."""
    for job in earlier:
        if job.metric != metric:
            raise ConfigError(
                text(
                    "Job {id} optimises “{other}”, but this job optimises “{metric}”: "
                    "its trials cannot be used.",
                    id=job.id,
                    other=job.metric,
                    metric=metric,
                ),
                text(
                    "Set hyperparameter_metric to “{other}”, or start without that history.", other=job.metric
                ),
            )
    return tuple(dict.fromkeys(i for job in earlier for i in (*job.submission.history, job.id)))


def _runner(local: LocalSettings) -> tuple[str, str | None]:
    if local.runner is RunnerChoice.RAY:
        if not isinstance(local.gpus, str):
            raise ConfigError(
                text("On a Ray cluster “gpus” must be all or none: Ray chooses the GPUs."),
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
    if sys.platform != "linux":  # the supervisor needs prctl and /proc
        raise ConfigError(
            text("Trials run as processes on Linux only."),
            text("Use Docker Desktop, and “runner: docker” in openbayes.local.yaml."),
        )


def _python(local: LocalSettings, project: Path) -> str | None:
    """The interpreter as a job stores it; one that is missing is a problem that has been reported."""
    if local.python is None:
        return default_python()
    return stored(resolved(local.python, project, os.environ))
