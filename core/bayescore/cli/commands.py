"""Every command of the command line; its module is imported when it is called.

A command that lists jobs does not need the modules of one that starts a job, and ``--help`` and
``--version`` need none, so the modules of the commands have ordinary imports and still start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bayescore import __version__
from bayescore.cli.parser_words import speak, translated_errors
from bayescore.i18n import _


def _commands() -> dict[str, tuple[str, str]]:
    """For each command its ``module:attribute`` in this package, and its help in the language in use."""
    return {
        "check": ("check:check", _("Check an openbayes.yaml without running anything.")),
        "init": ("project:init", _("Start a project: write an openbayes.yaml, or copy an example.")),
        "gear": ("gear:application", _("The commands of the official command line.")),
        "cloud": ("cloud:application", _("The same job on the OpenBayes platform.")),
        "sweep": ("sweep:sweep", _("Put several projects into the queue, one after the other.")),
        "jobs": ("job_list:jobs", _("List the jobs.")),
        "show": ("job_list:show", _("Show a job: its state, its best trial, its events.")),
        "trials": ("job_list:trials", _("List the trials of a job.")),
        "logs": ("logs:logs", _("Print the output of a trial.")),
        "cancel": ("job_requests:cancel", _("Stop a job, or one of its trials.")),
        "rerun": ("job_requests:rerun", _("Run a trial, or all failed ones, again.")),
        "continue": ("job_requests:continue_", _("Continue a job: more trials, same history.")),
        "add": ("steering:add", _("Add a trial with parameters of your own to a job.")),
        "change": ("steering:change", _("Change the settings of a job that runs.")),
        "pause": ("steering:pause", _("Let a job begin no more trials for a while.")),
        "resume": ("steering:resume", _("Continue a paused job.")),
        "notify": ("notify:application", _("Send notifications of jobs to other devices.")),
        "gpus": ("gpus:application", _("Leave GPUs of this machine free for others.")),
        "queue": ("queue:queue", _("What runs and what waits for what; change the order.")),
        "edit": ("edit:edit", _("Name, note, tag or archive jobs.")),
        "delete": ("delete:delete", _("Delete an ended job with its trials and files.")),
        "export": ("export:export", _("Write results: into openbayes.yaml, or as CSV, JSON, YAML.")),
        "import": ("import_:import_", _("Import results of other tools as a job to learn from.")),
        "backup": ("backup:backup", _("Write all jobs into one file; they may be running.")),
        "restore": ("backup:restore", _("Put the jobs of a backup into the data folder.")),
        "doctor": ("doctor:doctor", _("Check this machine, and show how to fix problems.")),
        "engine": ("engine:application", _("The process that runs the jobs.")),
        "gui": ("gui:gui", _("Open the window.")),
        "licences": ("licences:licences", _("List the licences of everything that is shipped.")),
        "schema": ("schema:schema", _("Print the JSON Schema of a file.")),
    }


class _LazyGroup(TyperGroup):
    """Replaces the placeholder of the called command by the command itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        speak(self)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with translated_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        with translated_errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        return name, found if found is None else _loaded(str(found.name)), rest


def _loaded(name: str) -> Any:
    place, text = _commands()[name]
    module, _colon, attribute = place.partition(":")
    command = getattr(import_module(f"bayescore.cli.{module}"), attribute)
    holder = typer.Typer(add_completion=False)
    holder.callback()(_placeholder)  # makes it a group even with one command
    if isinstance(command, typer.Typer):
        holder.add_typer(command, name=name, help=text)
    else:
        holder.command(name, help=text)(command)
    group: Any = typer.main.get_command(holder)
    return speak(group.commands[name])


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"bayesdesk {__version__}")
        raise typer.Exit


def _root(
    lang: Annotated[str, typer.Option("--lang", help=_("Language: en or zh."), show_default=False)] = "",
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=_("Print the version and exit."), callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    del lang, version  # the language is read before this module is imported


def _placeholder() -> None:
    """Stands for a command in the list of all."""


application = typer.Typer(
    name="bayesdesk",
    cls=_LazyGroup,
    help=_("OpenBayes-style hyperparameter tuning on your own machine."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
application.callback()(_root)
for _name, (_place, _help) in _commands().items():
    application.command(_name, help=_help)(_placeholder)
