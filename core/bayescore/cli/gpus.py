"""``bayesdesk gpus …``: the GPUs of this machine, and which are left free for others."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.app import gpu_lending, machine, steering
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, table, write
from bayescore.cli.store import open_store
from bayescore.i18n import _
from bayescore.store.free_gpus import ALWAYS
from bayescore.times import utc

application = typer.Typer(no_args_is_help=True)
_WHICH = typer.Argument(help=_("Number or UUID of the GPU; several with commas, or all."))


@application.command("list", help=_("List the GPUs, which trials have them, and which are left free."))
def list_(json: Annotated[bool, JSON] = False) -> None:
    """Print the GPUs."""
    found = machine.look(open_store())
    if json:
        rows = [
            {
                "index": gpu.index,
                "uuid": gpu.uuid,
                "name": gpu.name,
                "trials": list(found.holders.get(gpu.uuid, ())),
                "is_left_free": gpu.uuid in found.left_free,
                "left_free_until": _until(found.left_free.get(gpu.uuid)),
            }
            for gpu in found.gpus
        ]
        as_json({"gpus": rows})
        return
    if not found.gpus:
        write(_("No GPU is visible on this machine."))
        return
    lines = []
    for gpu in found.gpus:
        until = found.left_free.get(gpu.uuid)
        words = "" if until is None else str(gpu_lending.free_text(until))
        lines.append([str(gpu.index), gpu.name, ", ".join(found.holders.get(gpu.uuid, ())), words])
    table(["#", _("name"), _("trials"), _("state")], lines)


@application.command("free", help=_("Leave GPUs free for others: no trial begins on them."))
def free(
    which: Annotated[str, _WHICH],
    until: Annotated[
        str | None, typer.Option("--until", help=_("18:00, or 2026-12-31 08:30. By default until “take”."))
    ] = None,
) -> None:
    """Leave GPUs free; trials that run on them end normally."""
    database = open_store()
    moment = None if until is None else steering.parse_time(until, utc())
    found = gpu_lending.leave_free(database, which, moment)
    for gpu in found:
        write(f"GPU {gpu.index} ({gpu.name}): {gpu_lending.free_text(moment or ALWAYS)}")


@application.command("take", help=_("Use GPUs again that were left free."))
def take(which: Annotated[str, _WHICH]) -> None:
    """Use GPUs again before their time."""
    for gpu in gpu_lending.use_again(open_store(), which):
        write(_("GPU {index} ({name}): used again", index=gpu.index, name=gpu.name))


def _until(until: str | None) -> str | None:
    return None if until == ALWAYS else until
