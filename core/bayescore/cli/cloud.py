"""``bayesdesk cloud …``: the same job on the OpenBayes platform."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore import cloud
from bayescore.cli.options import JSON, PROJECT
from bayescore.cli.output import as_json, printable, write
from bayescore.errors import ConfigError
from bayescore.i18n import _, n_, text

application = typer.Typer(no_args_is_help=True)


@application.command(
    "check", help=_("Show what would be sent, and what prevents the job from running there.")
)
def check(
    project: Annotated[Path, PROJECT] = Path(),
    json: Annotated[bool, JSON] = False,
) -> None:
    """Nothing is sent and nothing is written."""
    found = cloud.plan(project)
    if json:
        as_json(
            {
                "may_run": found.may_run,
                "command": found.arguments(),
                "endpoint": found.account.endpoint,
                "files": found.files,
                "bytes": found.size,
                "change": found.change,
                "findings": [f.as_json() for f in found.findings],
            }
        )
    else:
        _show(found)
    raise typer.Exit(0 if found.may_run else 1)


@application.command("init", help=_("Bind this folder to a project of the platform."))
def init(
    name: Annotated[
        str, typer.Argument(help=_("Name of the project there; it is created if there is none."))
    ],
    project: Annotated[Path, PROJECT] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask."))] = False,
) -> None:
    """Complete the file, as the official command line requires, then let it bind the folder."""
    found = cloud.plan(project)
    _complete(found, yes=yes)
    question = _(
        "Bind this folder to the project “{name}” at {endpoint}?", name=name, endpoint=found.account.endpoint
    )
    _confirm(question, yes=yes)
    raise typer.Exit(cloud.bind(found, name, _show_output).code)


@application.command("run", help=_("Run the job on the platform, after showing what is sent."))
def run(
    project: Annotated[Path, PROJECT] = Path(),
    message: Annotated[str, typer.Option("-m", "--message", help=_("A note for the job."))] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Send without asking."))] = False,
) -> None:
    """Complete the file, confirm, run the official command line, show its output."""
    found = cloud.plan(project)
    _show(found)
    if not found.may_run:
        raise typer.Exit(1)
    _complete(found, yes=yes)
    question = n_(
        "Send {count} file ({size} MB) to {endpoint} and run “{command}” there?",
        "Send {count} files ({size} MB) to {endpoint} and run “{command}” there?",
        count=found.files,
        size=found.megabytes,
        endpoint=found.account.endpoint,
        command=shlex.join(["bayes", *found.arguments(message)[1:]]),
    )
    _confirm(question, yes=yes)
    outcome = cloud.run(found, message, _show_output)
    if outcome.code == 0:
        write(
            _("The job has been submitted: {link}", link=outcome.link)
            if outcome.link
            else _("The job has been submitted.")
        )
    raise typer.Exit(outcome.code)


def _complete(found: cloud.Plan, *, yes: bool) -> None:
    if found.change:
        write(_("The official command line requires these keys, so they are added:"))
        write(printable(found.change).rstrip("\n"))
        _confirm(_("Write these keys into {file}?", file=found.file.name), yes=yes)
        cloud.complete(found)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(text("Nothing is sent without a confirmation."), text("Confirm with --yes."))
    if not typer.confirm(question):
        raise typer.Exit(1)


def _show_output(part: str) -> None:
    """Output of the official command line as it comes; its progress bar uses carriage returns."""
    lines = (printable(line) for line in part.replace("\r\n", "\n").split("\r"))
    sys.stdout.write("\r".join(lines) if sys.stdout.isatty() else part)
    sys.stdout.flush()


def _show(found: cloud.Plan) -> None:
    for finding in found.findings:
        write(f"{finding.grade.upper():8}{finding.topic}: {finding.message}")
        if finding.fix is not None:
            write(f"        → {finding.fix}")
    if found.change:
        write(
            _(
                "The official command line requires more keys in {file}; they are added after you confirm.",
                file=found.file.name,
            )
        )
