"""``bayesdesk doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.cli.job_list import JSON
from bayescore.i18n import _, translate


def doctor(
    image: Annotated[
        str | None, typer.Option("--image", help=_("Image for the test container; any with a shell."))
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 unless something is a problem."""
    from bayescore.cli.output import as_json, write
    from bayescore.engine.checkup import Grade, examine

    findings = examine(image)
    if json:
        as_json(
            {
                "ok": all(f.grade is not Grade.PROBLEM for f in findings),
                "checks": [f.as_json() for f in findings],
            }
        )
    else:
        for finding in findings:
            write(f"{translate(finding.grade.value):>8}  {finding.message}")
            if finding.mend:
                write(f"{'':>8}  → {finding.mend}")
    if any(f.grade is Grade.PROBLEM for f in findings):
        raise typer.Exit(1)
