"""What a command shows of a job before it starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bayescore.app.findings import Finding
from bayescore.app.interpreter_choice import python_findings
from bayescore.app.place_findings import place_findings
from bayescore.app.prepare import Prepared
from bayescore.app.project_findings import Use, project_findings
from bayescore.config import CategoricalSpec, DiscreteSpec, RunnerChoice, Scale, Severity
from bayescore.i18n import N_, _, n_, text, translate
from bayescore.search import SearchSpace
from bayescore.store import Database, Submission
from bayescore.trials.gpus import chosen, visible

# what the file says is shown in the words of the window
N_("Bayesian"), N_("Random"), N_("Grid"), N_("MAXIMIZE"), N_("MINIMIZE")


def preview(prepared: Prepared, database: Database, show: Callable[[str], None]) -> None:
    """Show the problems of a project's files; if a job can start, also what is about to run."""
    for problem in prepared.problems:
        if problem.severity != "hint" or prepared.submission is None:
            show(str(problem))
    if prepared.submission is None:
        return
    _show_space(prepared.submission, show)
    for finding in _findings(prepared, prepared.submission, database):
        show(f"  {finding.message}")
        if finding.severity is Severity.WARNING and finding.fix is not None:
            show(f"    → {finding.fix}")


def _findings(prepared: Prepared, submission: Submission, database: Database) -> Iterator[Finding]:
    """What the checks say about the project's files, packages that its program lacks, and the machine."""
    folder = database.folder.root
    yield from project_findings(Use.by(submission), prepared.found, folder)
    if submission.runner == RunnerChoice.PROCESS:
        found = python_findings(Path(submission.project), submission.config.command, submission.local.python)
        yield from (each for each in found if each.severity is Severity.WARNING)
    at_a_time = 1 if submission.midpoint else submission.config.hyper_tuning.parallel_count
    yield from place_findings(at_a_time, submission.local, submission.runner, folder)


def _show_space(submission: Submission, show: Callable[[str], None]) -> None:
    """Show the search space, and where the trials run."""
    tuning = submission.config.hyper_tuning
    for spec in tuning.parameter_specs:
        if isinstance(spec, CategoricalSpec | DiscreteSpec):
            values = spec.categorical_values if isinstance(spec, CategoricalSpec) else spec.discrete_values
            show(f"  {spec.name}: {', '.join(str(v) for v in values)}")
        else:
            scale = text(" (log)") if spec.scale_type is Scale.LOG else ""
            show(f"  {spec.name}: {spec.min_value:g} … {spec.max_value:g}{scale}")
    combinations = SearchSpace(tuning.parameter_specs).combinations()
    if combinations is not None:
        show("  " + n_("{count} combination", "{count} combinations", count=combinations))
    planned = 1 if submission.midpoint else tuning.max_job_count
    show(
        n_(
            "{algorithm}: {count} trial; {goal} {metric}",
            "{algorithm}: {count} trials, {parallel} at a time; {goal} {metric}",
            count=planned,
            algorithm=translate(tuning.algorithm),
            parallel=tuning.parallel_count,
            goal=translate(tuning.goal),
            metric=tuning.hyperparameter_metric,
        )
    )
    show(_place(submission))


def _place(submission: Submission) -> str:
    """Where the trials run."""
    if submission.runner == "ray":
        return _(
            "Runs on the Ray cluster {address}; seed {seed}",
            address=submission.local.ray.address,
            seed=submission.seed,
        )
    where = (
        _("in containers of {image}", image=submission.image)
        if submission.image
        else _("as processes, {python}", python=submission.local.python)
    )
    names = ", ".join(f"{gpu.index} {gpu.name}" for gpu in chosen(visible(), submission.local.gpus))
    return _(
        "Runs {where}; GPUs: {gpus}; seed {seed}",
        where=where,
        gpus=names or _("none"),
        seed=submission.seed,
    )
