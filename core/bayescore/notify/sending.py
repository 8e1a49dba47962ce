"""Sends notifications and checks addresses, each in a process of its own that has a time limit."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bayescore.errors import ConfigError
from bayescore.i18n import Text, text
from bayescore.notify import sender
from bayescore.notify.notices import Notice

LIMIT_S = 90.0  # longer than the connections of any service may take
_LONGEST_URL = 4096
_FORMS = "https://github.com/caronc/apprise/wiki"


class Outcome(StrEnum):
    """What is known of an attempt to send."""

    SENT = sender.SENT
    NOT_SENT = sender.NOT_SENT  # it can be sent again
    UNKNOWN = sender.UNKNOWN  # it may have arrived


@dataclass(frozen=True)
class Attempt:
    """The result of an attempt to send.

    Attributes
    ----------
    reason
        Why it was not sent, for people; without the address.
    """

    outcome: Outcome
    reason: Text


def send(url: str, notice: Notice, limit_s: float = LIMIT_S) -> Attempt:
    """Send a notification; an error is part of the result."""
    found, is_connected = _ask({"url": url, "title": notice.title, "body": notice.body}, limit_s)
    if found is None:
        outcome = Outcome.UNKNOWN if is_connected else Outcome.NOT_SENT
        return Attempt(outcome, text("the server did not answer in time"))
    if problem := found.get("problem"):
        return Attempt(Outcome.NOT_SENT, _problem_words(str(problem), url).message)
    reason = str(found["reason"])
    words = Text("{reason}", {"reason": reason}) if reason else text("the server could not be reached")
    return Attempt(Outcome(found["outcome"]), words)


def label_of(url: str) -> str:
    """Check an address; returns what may be shown of it.

    Raises
    ------
    ConfigError
        When Apprise cannot read it.
    """
    if len(url) > _LONGEST_URL:
        raise _problem_words(sender.INCOMPLETE, url)
    found, _is_connected = _ask({"url": url}, LIMIT_S)
    if found is None:
        raise ConfigError(text("The address could not be checked: Apprise did not start."))
    if problem := found.get("problem"):
        raise _problem_words(str(problem), url)
    return str(found["label"])


def _problem_words(problem: str, url: str) -> ConfigError:
    kind = url.partition("://")[0][:20] if "://" in url else ""
    every = text("All forms are on {page}.", page=_FORMS)
    if problem == sender.LACKS_PACKAGE:
        return ConfigError(
            text("An address with {kind}:// needs a Python package that is not installed.", kind=kind), every
        )
    if problem == sender.INCOMPLETE:
        return ConfigError(text("The address after {kind}:// is incomplete or wrong.", kind=kind), every)
    return ConfigError(
        text("This is no address that Apprise can read."),
        text(
            "Write it like slack://TOKEN_A/TOKEN_B/TOKEN_C, tgram://TOKEN/CHAT, mailto://USER:PASSWORD@HOST, "
            "or jsons://HOST/PATH for a webhook of your own. {every}",
            every=every,
        ),
    )


def _ask(question: dict[str, str], limit_s: float) -> tuple[dict[str, Any] | None, bool]:
    """The answer, if there was one in time, and whether a connection was made."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bayescore.notify.sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    try:
        output, _errors = process.communicate(json.dumps(question), timeout=limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _errors = process.communicate()
    *lines, last = output.splitlines() or [""]
    is_connected = sender.CONNECTED in (*lines, last)
    try:
        found = json.loads(last)
    except ValueError:
        return None, is_connected
    return (found if isinstance(found, dict) else None), is_connected
