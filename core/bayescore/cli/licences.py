"""``bayesdesk licences``: the licence of everything that is shipped."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, table, write
from bayescore.i18n import _
from bayescore.licences import shipped


def licences(
    full: Annotated[bool, typer.Option("--full", help=_("Print the texts of the licences too."))] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """List the packages that Bayesdesk depends on, with their licences."""
    found = shipped()
    if json:
        rows = [{"name": s.name, "version": s.version, "licence": s.licence} for s in found]
        as_json({"packages": rows})
        return
    table([_("package"), _("version"), _("licence")], [[s.name, s.version, s.licence] for s in found])
    if full:
        for package in found:
            for words in package.texts:
                write(f"\n── {package.name} {package.version}\n\n{words.strip()}")
