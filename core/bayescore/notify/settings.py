"""Where notifications go and which ones, in a file that only this account can read.

An address is a secret: whoever has it can write to the user's chat, or has the password of a mail account.
So it is in no table of the store, of which backups and exports are made, but in a file beside it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from filelock import FileLock, Timeout

from bayescore.errors import NotWritableError, StoreError
from bayescore.files import read_private, reason_of
from bayescore.files import replace as replace_file
from bayescore.i18n import LANGUAGES, N_, language, preferred_language, text
from bayescore.store import DataFolder

_MOST_BYTES = 2**20
_LOCK_S = 5.0
MOST_ADDRESSES = 50


class NoticeKind(StrEnum):
    """What a notification is about."""

    ENDED = "ended"
    FAILED = "failed"
    DISK = "disk"
    STILL = "still"
    BEST = "best"


KIND_NAMES: dict[NoticeKind, str] = {
    NoticeKind.ENDED: N_("A job has ended"),
    NoticeKind.FAILED: N_("A job has failed"),
    NoticeKind.DISK: N_("Jobs wait because the disk is full"),
    NoticeKind.STILL: N_("A job stands still"),
    NoticeKind.BEST: N_("A job has a new best trial"),
}
_USUAL = frozenset(NoticeKind) - {NoticeKind.BEST}


@dataclass(frozen=True)
class Address:
    """Where notifications go.

    Attributes
    ----------
    id
        Random; names the address in the store.
    url
        As Apprise reads it; a secret.
    label
        What may be shown of it, such as ``Slack``.
    """

    id: str
    url: str = field(repr=False)
    label: str


@dataclass(frozen=True)
class NotifySettings:
    """The addresses, the kinds of notifications, and the language of the texts.

    Attributes
    ----------
    desktop
        Whether this machine's desktop shows them, too.
    """

    addresses: tuple[Address, ...] = ()
    kinds: frozenset[NoticeKind] = _USUAL
    language: str = "en"
    desktop: bool = True

    def adding(self, url: str, label: str) -> NotifySettings:
        """The settings with another address."""
        return replace(self, addresses=(*self.addresses, Address(secrets.token_hex(4), url, label)))

    def without(self, identifier: str) -> NotifySettings:
        """The settings without an address."""
        return replace(self, addresses=tuple(a for a in self.addresses if a.id != identifier))


def load(folder: DataFolder) -> NotifySettings:
    """The settings of a data folder; the usual ones without an address if there are none.

    Raises
    ------
    StoreError
        When the file cannot be read, others can read it, or it is damaged.
    """
    file = folder.notifications
    try:
        return _settings(json.loads(read_private(file, _MOST_BYTES)))
    except FileNotFoundError:
        return NotifySettings(language=preferred_language())
    except OSError as error:
        reason = reason_of(error)
        raise StoreError(
            text(
                "The addresses of notifications in {file} cannot be read: {reason}.", file=file, reason=reason
            ),
            text("If the file is yours: chmod 600 {file}", file=file),
        ) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise StoreError(
            text("The addresses of notifications in {file} are damaged.", file=file),
            text("Delete the file and add them again: bayesdesk notify add"),
        ) from None


def update(folder: DataFolder, change: Callable[[NotifySettings], NotifySettings]) -> NotifySettings:
    """Change the settings; the texts are in the language in use from now on.

    Returns
    -------
    NotifySettings
        As they are now.

    Raises
    ------
    StoreError
        As for :func:`load`, or when the file cannot be written; the old one is kept.
    """
    file = folder.notifications
    try:
        with FileLock(str(file.with_suffix(".lock")), timeout=_LOCK_S, mode=0o600):
            changed = replace(change(load(folder)), language=language())
            content = {
                "language": changed.language,
                "desktop": changed.desktop,
                "kinds": sorted(changed.kinds),
                "addresses": [{"id": a.id, "url": a.url, "label": a.label} for a in changed.addresses],
            }
            replace_file(file, json.dumps(content, indent=1).encode(), mode=0o600, durable=True)
            return changed
    except Timeout:
        raise StoreError(text("{file} is being changed by another process.", file=file)) from None
    except OSError as error:
        raise NotWritableError(
            text("{file} cannot be written: {reason}.", file=file, reason=reason_of(error))
        ) from None


def _settings(found: dict[str, Any]) -> NotifySettings:
    addresses = [Address(str(a["id"]), str(a["url"]), str(a["label"])) for a in found["addresses"]]
    spoken = str(found["language"])
    return NotifySettings(
        tuple(addresses[:MOST_ADDRESSES]),
        _kinds(found["kinds"]),
        spoken if spoken in LANGUAGES else "en",
        found.get("desktop") is not False,
    )


def _kinds(names: Iterable[str]) -> frozenset[NoticeKind]:
    return frozenset(kind for kind in NoticeKind if kind in names)
