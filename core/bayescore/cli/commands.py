"""Every command in one place; each is in a module named after what it does."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.cli import (
    check,
    cloud,
    delete,
    engine,
    export,
    gear,
    gui,
    job_list,
    job_requests,
    logs,
    project,
    schema,
)
from bayescore.cli.backup import backup, restore
from bayescore.cli.doctor import doctor
from bayescore.cli.import_ import import_
from bayescore.cli.licences import licences
from bayescore.i18n import _

application = typer.Typer(
    name="bayesdesk",
    help=_("OpenBayes-style hyperparameter tuning on your own machine."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from bayescore import __version__
        from bayescore.cli.output import write

        write(f"bayesdesk {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    lang: Annotated[str, typer.Option("--lang", help=_("Language: en or zh."), show_default=False)] = "",
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=_("Print the version and exit."), callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    del lang, version  # the language is read before the commands are loaded


application.command("check", help=_("Check an openbayes.yaml without running anything."))(check.check)
application.command("init", help=_("Begin a project: write an openbayes.yaml, or copy an example."))(
    project.init
)
application.add_typer(gear.application, name="gear", help=_("The verbs of the official command line."))
application.add_typer(cloud.application, name="cloud", help=_("The same job on the OpenBayes platform."))
application.command("jobs", help=_("List the jobs."))(job_list.jobs)
application.command("show", help=_("Show a job: its state, its best trial, what happened."))(job_list.show)
application.command("trials", help=_("List the trials of a job."))(job_list.trials)
application.command("logs", help=_("Print what a trial has printed."))(logs.logs)
application.command("cancel", help=_("Stop a job, or one of its trials."))(job_requests.cancel)
application.command("rerun", help=_("Run a trial, or all failed ones, again."))(job_requests.rerun)
application.command("continue", help=_("Go on with a job: more trials, same history."))(
    job_requests.continue_
)
application.command("delete", help=_("Delete an ended job with its trials and files."))(delete.delete)
application.command("export", help=_("Write results: into openbayes.yaml, or as CSV, JSON, YAML."))(
    export.export
)
application.command("import", help=_("Bring in what was found elsewhere, as a job to learn from."))(import_)
application.command("backup", help=_("Write all jobs into one file; they may run meanwhile."))(backup)
application.command("restore", help=_("Put the jobs of a backup into the data folder."))(restore)
application.command("doctor", help=_("Check this machine, and say how to mend what is amiss."))(doctor)
application.add_typer(engine.application, name="engine", help=_("The process that runs the jobs."))
application.command("gui", help=_("Open the window."))(gui.gui)
application.command("licences", help=_("List the licences of everything that is shipped."))(licences)
application.command("schema", help=_("Print the JSON Schema of a file."))(schema.schema)
