"""Arguments and options that several commands have."""

from __future__ import annotations

import typer

from bayescore.i18n import _

JOB = typer.Argument(help=_("Id of the job, the start of it, the job's name, or “last”."))
JSON = typer.Option("--json", help=_("Print one JSON object."))
DETACH = typer.Option("--detach", help=_("Do not wait for the end."))
PROJECT = typer.Option("--project", help=_("Folder of the project."))
YES = typer.Option("--yes", "-y", help=_("Allow what the project asks for; the answer is remembered."))
