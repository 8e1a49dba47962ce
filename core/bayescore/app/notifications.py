"""Where notifications go and which ones: what the command line and the window do with these settings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bayescore.errors import ConfigError
from bayescore.i18n import Text, language, text
from bayescore.notify import deliveries
from bayescore.notify.notices import test_notice
from bayescore.notify.sending import Attempt, Outcome, label_of, send
from bayescore.notify.settings import MOST_ADDRESSES, Address, NoticeKind, NotifySettings, load, update
from bayescore.store import Database


@dataclass(frozen=True)
class Tested:
    """The result of a test: ``reason`` is ``None`` if it was sent."""

    label: str
    reason: Text | None


def current(database: Database) -> NotifySettings:
    """The settings; see :func:`bayescore.notify.settings.load` for the errors."""
    return load(database.folder)


def add(database: Database, url: str, check: Callable[[str], str] = label_of) -> Address:
    """Add an address. It takes a second or two to check it.

    Raises
    ------
    ConfigError
        When Apprise cannot read it, it is there already, or there are too many.
    StoreError
        When the settings cannot be read or written.
    """
    url = url.strip()
    _check_new(load(database.folder), url)
    label = check(url)

    def added(settings: NotifySettings) -> NotifySettings:
        _check_new(settings, url)
        if not settings.addresses:
            with database.write() as connection:
                deliveries.forget_past(connection)
        return settings.adding(url, label)

    return update(database.folder, added).addresses[-1]


def _check_new(settings: NotifySettings, url: str) -> None:
    if any(a.url == url for a in settings.addresses):
        raise ConfigError(text("This address is already in the list."))
    if len(settings.addresses) >= MOST_ADDRESSES:
        raise ConfigError(text("There are already {count} addresses.", count=MOST_ADDRESSES))


def remove(database: Database, identifier: str) -> None:
    """Remove an address; what was to be sent to it is not sent.

    Raises
    ------
    StoreError
        When the settings cannot be read or written.
    """
    update(database.folder, lambda settings: settings.without(identifier))


def choose(database: Database, kinds: Collection[NoticeKind]) -> None:
    """Set of what the addresses are notified.

    Raises
    ------
    StoreError
        When the settings cannot be read or written.
    """
    update(database.folder, lambda settings: replace(settings, kinds=frozenset(kinds)))


def set_desktop(database: Database, *, on: bool) -> None:
    """Set whether the desktop of this machine shows notifications, too.

    Raises
    ------
    StoreError
        When the settings cannot be read or written.
    """
    update(database.folder, lambda settings: replace(settings, desktop=on))


def keep_language(database: Database) -> None:
    """Have the texts in the language that is in use now."""
    if load(database.folder).language != language():
        update(database.folder, lambda settings: settings)


def send_test(address: Address, sending: Callable[..., Attempt] = send) -> Tested:
    """Send a test, once. It takes a few seconds, with a slow server up to a minute and a half."""
    attempt = sending(address.url, test_notice(language()))
    return Tested(address.label, None if attempt.outcome is Outcome.SENT else attempt.reason)


def kinds_of(names: Collection[str]) -> frozenset[NoticeKind]:
    """The kinds with these names; ``all`` and ``none`` stand for all and none.

    Raises
    ------
    ConfigError
        When there is no such kind.
    """
    if list(names) == ["none"]:
        return frozenset()
    if list(names) == ["all"]:
        return frozenset(NoticeKind)
    try:
        return frozenset(NoticeKind(name) for name in names)
    except ValueError:
        wrong = next(name for name in names if name not in set(NoticeKind))
        raise ConfigError(
            text("There is no event “{name}”.", name=wrong),
            text("Choose of {names}, or “all”, or “none”.", names=", ".join(NoticeKind)),
        ) from None


def address_number(settings: NotifySettings, number: int) -> Address:
    """An address by its number in the list, from 1.

    Raises
    ------
    ConfigError
        When there is none.
    """
    if not 1 <= number <= len(settings.addresses):
        raise ConfigError(
            text("There is no address {number}.", number=number), text("List them: bayesdesk notify list")
        )
    return settings.addresses[number - 1]
