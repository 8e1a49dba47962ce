"""``bayesdesk gear …``: the verbs of the official command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.cli.confirming import YES
from bayescore.i18n import _, text

if TYPE_CHECKING:
    from bayescore.app import Prepared

application = typer.Typer(no_args_is_help=True)
run = typer.Typer(no_args_is_help=True)
application.add_typer(run, name="run", help=_("Run something."))


@application.command("init", help=_("Name this project, and write an openbayes.yaml if there is none."))
def init(name: Annotated[str, typer.Argument(help=_("Name of the project's jobs."))]) -> None:
    """Remember a name in ``.openbayesgear``, as the official command line does."""
    from bayescore import files
    from bayescore.cli.output import write
    from bayescore.config.gear import name_project
    from bayescore.errors import ConfigError
    from bayescore.resources import resource

    name_project(Path(), name)
    write(_("This project is called “{name}”.", name=name))
    target = Path("openbayes.yaml")
    if not target.exists():
        try:
            with files.create(target) as created:
                created.write(resource("templates", "project", "openbayes.yaml").read_bytes())
        except OSError as error:  # a link that leads nowhere is not written through
            raise ConfigError(
                text("{file} cannot be written: {reason}.", file=target, reason=error.strerror or str(error))
            ) from None
        write(_("{file} has been written; fill in its empty values, then: bayesdesk check", file=target))


@run.command("hypertuning", help=_("Tune: run a job and follow it."))
def hypertuning(
    command: Annotated[
        list[str] | None, typer.Argument(help=_("Command to run instead of the file's, behind “--”."))
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("-d", "--data", help=_("DATA:PATH[:ro|rw]; DATA may be a folder."))
    ] = None,
    env: Annotated[str | None, typer.Option("-e", "--env", help=_("Runtime environment."))] = None,
    message: Annotated[str, typer.Option("-m", "--message", help=_("A note for the job."))] = "",
    resource: Annotated[
        str | None, typer.Option("-r", "--resource", help=_("Taken and not used: there is one machine."))
    ] = None,
    runner: Annotated[str | None, typer.Option("--runner", help=_("auto, docker, process or ray."))] = None,
    address: Annotated[
        str | None, typer.Option("--address", help=_("Ray cluster: auto, or HOST:PORT of its head."))
    ] = None,
    image: Annotated[str | None, typer.Option("--image", help=_("Docker image."))] = None,
    gpus: Annotated[str | None, typer.Option("--gpus", help=_("all, none, or a list: 0,1."))] = None,
    seed: Annotated[int | None, typer.Option("--seed", help=_("Seed of the search."))] = None,
    history: Annotated[
        list[str] | None, typer.Option("--history", help=_("Earlier job to learn from; may be repeated."))
    ] = None,
    try_: Annotated[
        bool, typer.Option("--try", help=_("Run one trial at mid-range to prove the set-up."))
    ] = False,
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, typer.Option("--detach", help=_("Do not wait for the end."))] = False,
    json: Annotated[bool, typer.Option("--json", help=_("Print the job as one JSON object."))] = False,
    project: Annotated[Path, typer.Option("--project", help=_("Folder of the project."))] = Path(),
) -> None:
    """Check, preview, start, follow."""
    import shlex

    from bayescore.app import Options, actions, consent, prepare
    from bayescore.cli.access import find_job, job_as_json, open_store
    from bayescore.cli.confirming import confirm
    from bayescore.cli.follow import follow
    from bayescore.cli.output import as_json, aside, write
    from bayescore.config.gear import read_gear

    del resource
    database = open_store()
    options = Options(
        data=tuple(data or ()),
        env=env,
        message=message,
        name=read_gear(project).name or None,
        runner=runner,
        address=address,
        image=image,
        gpus=gpus,
        seed=seed,
        command=shlex.join(command) if command else None,
        history=tuple(find_job(database, word) for word in history or ()),
        midpoint=try_,
    )
    prepared = prepare(project, options)
    say = aside if json else write
    for problem in prepared.problems:
        if problem.severity != "hint" or prepared.submission is None:
            say(str(problem))
    if prepared.submission is None:
        raise typer.Exit(2)
    _preview(prepared, say)
    confirmed = confirm(consent.asked_by(database.folder, prepared), yes=yes)
    job = actions.submit(database, prepared, confirmed)
    if detach:
        if json:
            as_json(job_as_json(database, job.id))
        else:
            write(_("Job {id} has been started; follow it with: bayesdesk show {id}", id=job.id))
        return
    code = follow(database, job.id, quiet=json)
    if json:
        as_json(job_as_json(database, job.id))
    raise typer.Exit(code)


def _preview(prepared: Prepared, say: object) -> None:
    """What is about to happen, in a few lines."""
    from bayescore.config import CategoricalSpec, DiscreteSpec, Scale
    from bayescore.search import SearchSpace

    submission = prepared.submission
    assert submission is not None
    assert callable(say)
    tuning = submission.config.hyper_tuning
    for spec in tuning.parameter_specs:
        if isinstance(spec, CategoricalSpec | DiscreteSpec):
            values = spec.categorical_values if isinstance(spec, CategoricalSpec) else spec.discrete_values
            say(f"  {spec.name}: {', '.join(str(v) for v in values)}")
        else:
            scale = text(" (log)") if spec.scale_type is Scale.LOG else ""
            say(f"  {spec.name}: {spec.min_value:g} … {spec.max_value:g}{scale}")
    combinations = SearchSpace(tuning.parameter_specs).combinations()
    if combinations is not None:
        say(_("  {count} combinations", count=combinations))
    trials = 1 if submission.midpoint else tuning.max_job_count
    say(
        _(
            "{algorithm}: {trials} trials, {parallel} at a time; {goal} {metric}",
            algorithm=tuning.algorithm,
            trials=trials,
            parallel=tuning.parallel_count,
            goal=tuning.goal,
            metric=tuning.hyperparameter_metric,
        )
    )
    if submission.runner == "ray":
        say(
            _(
                "Runs on the Ray cluster {address}; seed {seed}",
                address=submission.local.ray.address,
                seed=submission.seed,
            )
        )
        return
    where = (
        _("in containers of {image}", image=submission.image)
        if submission.image
        else _("as processes, {python}", python=submission.local.python)
    )
    say(
        _(
            "Runs {where}; GPUs: {gpus}; seed {seed}",
            where=where,
            gpus=_gpus(submission.local.gpus),
            seed=submission.seed,
        )
    )


def _gpus(wanted: object) -> str:
    from bayescore.trials.gpus import chosen, visible

    found = chosen(visible(), wanted)  # type: ignore[arg-type]
    return ", ".join(f"{g.index} {g.name}" for g in found) or _("none")
