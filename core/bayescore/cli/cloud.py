"""``bayesdesk cloud …``: the same job on the OpenBayes platform."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.i18n import _, text

if TYPE_CHECKING:
    from bayescore.cloud import Plan

application = typer.Typer(no_args_is_help=True)
PROJECT = typer.Option("--project", help=_("Folder of the project."))


@application.command("check", help=_("See what would be sent, and what keeps it from working there."))
def check(
    project: Annotated[Path, PROJECT] = Path(),
    json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Nothing is sent and nothing is written."""
    from bayescore.cli.output import as_json
    from bayescore.cloud import plan

    found = plan(project)
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
        str, typer.Argument(help=_("Name of the project there; it is made where there is none."))
    ],
    project: Annotated[Path, PROJECT] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do it without asking."))] = False,
) -> None:
    """Complete the file, which the official command line insists on, then let that bind the folder."""
    from bayescore.cloud import bind, plan

    found = plan(project)
    _complete(found, yes=yes)
    question = _(
        "Bind this folder to the project “{name}” at {endpoint}?", name=name, endpoint=found.account.endpoint
    )
    _confirm(question, yes=yes)
    raise typer.Exit(bind(found, name, _tell).code)


@application.command("run", help=_("Run the job on the platform, after showing what is sent."))
def run(
    project: Annotated[Path, PROJECT] = Path(),
    message: Annotated[str, typer.Option("-m", "--message", help=_("A note for the job."))] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Send without asking."))] = False,
) -> None:
    """Complete the file, confirm, run the official command line, show what it says."""
    import shlex

    from bayescore.cli.output import write
    from bayescore.cloud import plan
    from bayescore.cloud import run as send

    found = plan(project)
    _show(found)
    if not found.may_run:
        raise typer.Exit(1)
    _complete(found, yes=yes)
    question = _(
        "Send {files} files ({size} MB) to {endpoint} and run “{command}” there?",
        files=found.files,
        size=found.megabytes,
        endpoint=found.account.endpoint,
        command=shlex.join(["bayes", *found.arguments(message)[1:]]),
    )
    _confirm(question, yes=yes)
    sent = send(found, message, _tell)
    if sent.code == 0:
        write(_("It runs there: {link}", link=sent.link) if sent.link else _("It runs there."))
    raise typer.Exit(sent.code)


def _complete(found: Plan, *, yes: bool) -> None:
    from bayescore.cli.output import printable, write
    from bayescore.cloud import complete

    if found.change:
        write(_("These keys are added, for the official command line needs them:"))
        write(printable(found.change).rstrip("\n"))
        _confirm(_("Write these keys into {file}?", file=found.file.name), yes=yes)
        complete(found)


def _confirm(question: str, *, yes: bool) -> None:
    from bayescore.errors import ConfigError

    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(text("Nothing is sent without a confirmation."), text("Confirm with --yes."))
    if not typer.confirm(question):
        raise typer.Exit(1)


def _tell(words: str) -> None:
    """What the official command line says, as it says it; its progress bar draws with carriage returns."""
    from bayescore.cli.output import printable

    lines = (printable(line) for line in words.replace("\r\n", "\n").split("\r"))
    sys.stdout.write("\r".join(lines) if sys.stdout.isatty() else words)
    sys.stdout.flush()


def _show(found: Plan) -> None:
    from bayescore.cli.output import write

    for finding in found.findings:
        write(f"{finding.grade.upper():8}{finding.topic}: {finding.message}")
        if finding.mend is not None:
            write(f"        → {finding.mend}")
    if found.change:
        write(
            _(
                "The official command line needs more keys in {file}; they are added, once you agree.",
                file=found.file.name,
            )
        )
