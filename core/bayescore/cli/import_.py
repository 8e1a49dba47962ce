"""``bayesdesk import``: what was found elsewhere, as a job to learn from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.i18n import _, n_, text

if TYPE_CHECKING:
    from bayescore.exchange.study import Study


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help=_(
                "Optuna's SQLite file, a W&B sweep, an NNI space, a table, outputs, or “-” for a piped table."
            )
        ),
    ],
    project: Annotated[Path, typer.Option("--project", help=_("Folder of the project."))] = Path(),
    study: Annotated[str | None, typer.Option("--study", help=_("Which study of an Optuna storage."))] = None,
    metric: Annotated[
        str, typer.Option("--metric", help=_("What to call the objective of an Optuna study."))
    ] = "objective",
    name: Annotated[str | None, typer.Option("--name", help=_("Name of the imported job."))] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help=_("Where to write the openbayes.yaml of a sweep or search space.")),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Results become an ended job; a file that only describes a space becomes an openbayes.yaml."""
    from dataclasses import replace

    from bayescore.cli.access import job_as_json, open_store
    from bayescore.cli.output import as_json, aside, write
    from bayescore.exchange.readers import read_study
    from bayescore.exchange.study import store_study, validated
    from bayescore.exchange.tables import read_table

    if str(source) == "-":
        results: Study | None = read_table(_piped(), name or "stdin", project)
    else:
        results = read_study(source, project, study=study, metric=metric)
    if results is None:
        _convert(source, into)
        return
    results = validated(replace(results, name=name or results.name))
    database = open_store()
    job = store_study(database, results, project.absolute())
    for remark in results.remarks:
        aside(str(remark))
    if json:
        as_json(job_as_json(database, job.id))
        return
    write(
        n_(
            "Job {id}: {count} trial of {source}.",
            "Job {id}: {count} trials of {source}.",
            len(results.trials),
            id=job.id,
            source=results.source,
        )
    )
    write(_("Learn from it: bayesdesk gear run hypertuning --history {id}", id=job.id))


def _piped() -> str:
    """The table on standard input, up to the size that is read from a file."""
    from bayescore.exchange.readers import MOST_BYTES, decode_table

    return decode_table(sys.stdin.buffer.read(MOST_BYTES + 1), "stdin")


def _convert(source: Path, into: Path | None) -> None:
    from bayescore.cli.output import aside, content, write
    from bayescore.config.load import read_utf8
    from bayescore.errors import ConfigError
    from bayescore.exchange.search_spaces import convert_space
    from bayescore.results import replace_file

    found = convert_space(read_utf8(source).decode("utf-8"))
    for remark in found.remarks:
        aside(str(remark))
    if into is None:
        content(found.file_text)
        return
    target = into / "openbayes.yaml" if into.is_dir() else into
    if target.exists():
        raise ConfigError(text("There is already: {names}.", names=target), text("Choose another --into."))
    replace_file(target, found.file_text)
    write(_("{file} has been written; see what it says, then: bayesdesk check", file=target))
