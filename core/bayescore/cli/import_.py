"""``bayesdesk import``: results of other tools, as a job to learn from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.study_import import import_study
from bayescore.cli.options import JSON, PROJECT
from bayescore.cli.output import aside, content, write
from bayescore.cli.store import open_store, print_job
from bayescore.config.load import read_utf8
from bayescore.errors import ConfigError
from bayescore.exchange.readers import MOST_BYTES, decode_table, read_study
from bayescore.exchange.search_spaces import convert_space
from bayescore.exchange.study import Study
from bayescore.exchange.tables import read_table
from bayescore.files import reason_of
from bayescore.i18n import _, n_, text
from bayescore.results import replace_file


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help=_(
                "Optuna's SQLite file, a W&B sweep, an NNI space, a table, outputs, or “-” for a piped table."
            )
        ),
    ],
    project: Annotated[Path, PROJECT] = Path(),
    study: Annotated[str | None, typer.Option("--study", help=_("Study of an Optuna storage."))] = None,
    metric: Annotated[
        str, typer.Option("--metric", help=_("Name for the objective of an Optuna study."))
    ] = "objective",
    name: Annotated[str | None, typer.Option("--name", help=_("Name of the imported job."))] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help=_("Where to write the openbayes.yaml of a sweep or search space.")),
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Results become an ended job; a file that only describes a space becomes an openbayes.yaml."""
    if str(source) == "-":
        results: Study | None = read_table(_piped(), name or "stdin", project)
    else:
        results = read_study(source, project, study=study, metric=metric)
    if results is None:
        _convert(source, into)
        return
    database = open_store()
    job, results = import_study(database, results, project, name=name)
    for remark in results.remarks:
        aside(str(remark))
    if json:
        print_job(database, job.id)
        return
    write(
        n_(
            "Job {id}: {count} trial of {source}.",
            "Job {id}: {count} trials of {source}.",
            count=len(results.trials),
            id=job.id,
            source=results.source,
        )
    )
    write(_("Learn from it: bayesdesk gear run hypertuning --history {id}", id=job.id))


def _piped() -> str:
    """The table on standard input, up to the size that is read from a file."""
    return decode_table(sys.stdin.buffer.read(MOST_BYTES + 1), "stdin")


def _convert(source: Path, into: Path | None) -> None:
    found = convert_space(read_utf8(source).decode("utf-8"))
    for remark in found.remarks:
        aside(str(remark))
    if into is None:
        content(found.file_text)
        return
    is_folder = into.is_dir() or into.suffix.lower() not in (".yaml", ".yml")
    target = into / "openbayes.yaml" if is_folder else into
    if target.exists():
        raise ConfigError(text("{file} already exists.", file=target), text("Choose another --into."))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, found.file_text)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=target, reason=reason_of(error))
        ) from None
    write(_("{file} has been written. Review it, then run: bayesdesk check", file=target))
