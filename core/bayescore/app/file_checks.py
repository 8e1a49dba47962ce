"""Checks of a project's files alone, without its runner: what ``bayesdesk check`` shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bayescore.app.findings import Finding
from bayescore.app.gpu_problems import gpu_problems
from bayescore.app.in_place_problems import in_place_problems
from bayescore.app.interpreter_choice import python_findings, python_problems
from bayescore.app.known_table import known_problems
from bayescore.app.place_findings import place_findings
from bayescore.app.program_problems import program_problems
from bayescore.app.project_findings import Use, project_findings
from bayescore.config import (
    LOCAL_FILE_NAME,
    NodeRunner,
    Problem,
    RunnerChoice,
    load_file,
    load_local_file,
    project_file,
)
from bayescore.config.both_files import problems_of
from bayescore.config.problems import has_errors
from bayescore.errors import RunnerError
from bayescore.store import DataFolder
from bayescore.trials.project_scan import Watcher, scan


@dataclass(frozen=True)
class FileChecks:
    """The problems of a project's settings, and what was found about its other files."""

    file: Path
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...] = ()
    could_start: bool = False


def check_files(where: Path, watcher: Watcher | None = None) -> FileChecks:
    """Check the settings of a project and, if they are valid, look through its folders.

    Raises
    ------
    ConfigError
        When a file cannot be read.
    """
    file = project_file(where)
    loaded, local = load_file(file), load_local_file(file.parent / LOCAL_FILE_NAME)
    problems = problems_of(file, loaded, local)
    if loaded.config is None or local.settings is None or has_errors(problems):
        return FileChecks(file, problems)
    settings, home = local.settings, DataFolder.default().root
    try:
        found = scan(file.parent, settings, home, watcher)
    except RunnerError as error:
        return FileChecks(file, problems, (Finding.of_error("files", error),))
    problems = (
        *problems,
        *in_place_problems(file.parent, local, found),
        *python_problems(file.parent, local, settings.runner),
        *program_problems(file.parent, loaded, local),
        *gpu_problems(file.parent, local, settings),
        *known_problems(file.parent, loaded, local),
    )
    on_nodes = settings.runner is RunnerChoice.RAY and settings.ray.runner is NodeRunner.DOCKER
    use = Use(
        file.parent.absolute(),
        settings.runner,
        on_nodes or settings.runner in (RunnerChoice.AUTO, RunnerChoice.DOCKER),
        loaded.config.hyper_tuning.max_job_count,
    )
    findings = list(project_findings(use, found, home))
    at_a_time = loaded.config.hyper_tuning.parallel_count
    findings += place_findings(at_a_time, settings, settings.runner, home)
    if settings.runner is RunnerChoice.PROCESS and not has_errors(problems):
        findings += python_findings(use.project, loaded.config.command, settings.python)
    return FileChecks(file, problems, tuple(findings), not has_errors(problems))
