"""``bayesdesk notify …``: where notifications of jobs go."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated

import typer

from bayescore.app import notifications
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, table, write
from bayescore.cli.store import open_store
from bayescore.i18n import _, translate
from bayescore.notify.settings import KIND_NAMES, NoticeKind

application = typer.Typer(no_args_is_help=True)
_NUMBER = typer.Argument(help=_("Number of the address in “bayesdesk notify list”."))


@application.command("add", help=_("Add an address, such as mailto://USER:PASSWORD@HOST."))
def add(
    url: Annotated[
        str | None,
        typer.Argument(
            help=_(
                "The address, as Apprise reads it. Without it you are asked, so that no history keeps it."
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check an address and store it."""
    database = open_store()
    added = notifications.add(database, url if url is not None else _asked())
    write(_("Added: {address}. Try it: bayesdesk notify test", address=added.label))


def _asked() -> str:
    if sys.stdin.isatty():
        return getpass(_("Address: "))
    return sys.stdin.readline()


@application.command("list", help=_("List the addresses, without what is secret in them, and the events."))
def list_(json: Annotated[bool, JSON] = False) -> None:
    """Print the settings."""
    settings = notifications.current(open_store())
    labels = [address.label for address in settings.addresses]
    if json:
        as_json({"addresses": labels, "desktop": settings.desktop, "events": sorted(settings.kinds)})
        return
    if labels:
        table(["#", _("address")], [[str(i), label] for i, label in enumerate(labels, 1)])
    else:
        write(_("There is no address; add one: bayesdesk notify add"))
    _print_kinds(settings.kinds)


@application.command("remove", help=_("Remove an address."))
def remove(number: Annotated[int, _NUMBER]) -> None:
    """Remove an address by its number."""
    database = open_store()
    found = notifications.address_number(notifications.current(database), number)
    notifications.remove(database, found.id)
    write(_("Removed: {address}.", address=found.label))


@application.command("test", help=_("Send a test to all addresses, or to one."))
def send_test(number: Annotated[int | None, _NUMBER] = None) -> None:
    """Exit with 1 if one was not sent."""
    settings = notifications.current(open_store())
    chosen = settings.addresses if number is None else (notifications.address_number(settings, number),)
    if not chosen:
        write(_("There is no address; add one: bayesdesk notify add"))
    has_failed = not chosen
    for address in chosen:
        done = notifications.send_test(address)
        if done.reason is None:
            write(_("{address}: sent", address=done.label))
        else:
            has_failed = True
            write(_("{address}: not sent: {reason}", address=done.label, reason=done.reason))
    raise typer.Exit(int(has_failed))


@application.command("events", help=_("Choose which events send a notification, or show which do."))
def events(
    names: Annotated[
        list[str] | None, typer.Argument(help=_("Of ended, failed, disk, still, best; or all, or none."))
    ] = None,
) -> None:
    """Set or print the events."""
    database = open_store()
    if names:
        notifications.choose(database, notifications.kinds_of(names))
    _print_kinds(notifications.current(database).kinds)


@application.command("desktop", help=_("Choose whether the desktop of this machine shows them, too."))
def desktop(
    on: Annotated[bool, typer.Option("--on/--off", help=_("Show them, or do not."), show_default=False)],
) -> None:
    """Switch the notifications of the desktop."""
    notifications.set_desktop(open_store(), on=on)
    write(_("The desktop shows notifications.") if on else _("The desktop shows no notifications."))


def _print_kinds(kinds: frozenset[NoticeKind]) -> None:
    for kind in NoticeKind:
        mark = "x" if kind in kinds else " "
        write(f"[{mark}] {kind:<8}{translate(KIND_NAMES[kind])}")
