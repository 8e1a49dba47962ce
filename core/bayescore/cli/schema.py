"""``bayesdesk schema``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bayescore.cli.output import as_json
from bayescore.config.schema import local_schema, openbayes_schema
from bayescore.i18n import _


class Which(StrEnum):
    """The file that a schema describes."""

    OPENBAYES = "openbayes"
    LOCAL = "local"


def schema(which: Annotated[Which, typer.Argument(help=_("openbayes or local."))]) -> None:
    """Print a JSON Schema."""
    as_json(openbayes_schema() if which is Which.OPENBAYES else local_schema())
