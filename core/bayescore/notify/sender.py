"""Sends one notification with Apprise: ``python -m bayescore.notify.sender``.

A process of its own: Apprise takes half a second and 30 MB to load, and whatever a service's server does, it
cannot hold up the engine. The question comes as one JSON object on the standard input, so that the address
is in no list of processes. The answers are lines on the standard output: ``connected`` as soon as a
connection has been made, and at the end one JSON object.

Apprise only returns whether all went well. Whether something that did not can be sent again without arriving
twice follows from what happened on the network, which is observed here.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import socket
import sys
from collections.abc import Callable
from typing import IO, Any

CONNECTED = "connected"
SENT, NOT_SENT, UNKNOWN = "sent", "not_sent", "unknown"
UNKNOWN_KIND, INCOMPLETE, LACKS_PACKAGE = "unknown_kind", "incomplete", "lacks_package"
_CONNECT_S, _READ_S = 10.0, 20.0
_SHOWS_HOST = ("form", "forms", "gotify", "gotifys", "json", "jsons", "mailto", "mailtos", "xml", "xmls")


class Network:
    """What happened on the network.

    Attributes
    ----------
    is_connected
        Whether any connection was made.
    refused
        For each HTTP request, whether it was certainly not accepted.
    reason
        Why the last request failed, in a word or a number.
    """

    def __init__(self, connected: Callable[[], object]) -> None:
        self.is_connected = False
        self.refused: list[bool] = []
        self.reason = ""
        self._connected = connected

    def observe(self) -> None:
        """Note connections and HTTP requests of this process from now on."""
        import requests

        connect, send = socket.socket.connect, requests.Session.send

        @functools.wraps(connect)
        def connecting(its: socket.socket, address: Any) -> None:
            try:
                connect(its, address)
            except BlockingIOError:  # it is under way and may succeed
                self._note_connection()
                raise
            self._note_connection()

        @functools.wraps(send)
        def sending(its: requests.Session, request: requests.PreparedRequest, **named: Any) -> Any:
            try:
                answer = send(its, request, **named)
            except requests.RequestException as error:
                self.refused.append(_has_not_begun(error))
                self.reason = type(error).__name__
                raise
            self.refused.append(answer.status_code >= 400)
            if self.refused[-1]:
                self.reason = f"HTTP {answer.status_code}"
            return answer

        socket.socket.connect = connecting  # type: ignore[method-assign, assignment]
        requests.Session.send = sending  # type: ignore[method-assign, assignment]

    def _note_connection(self) -> None:
        if not self.is_connected:
            self.is_connected = True
            self._connected()

    def outcome(self) -> str:
        """What is known of a notification that Apprise reports as not sent."""
        is_refused = bool(self.refused) and all(self.refused)
        return NOT_SENT if is_refused or not self.is_connected else UNKNOWN


def _has_not_begun(error: Exception) -> bool:
    """Whether a request failed before it was sent: without a connection, or while one was being secured."""
    import requests
    from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

    if isinstance(
        error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.SSLError
    ):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | NameResolutionError)


def main(asked: dict[str, str], answers: IO[str]) -> None:
    """Answer one question: ``url`` alone is checked; with ``title`` and ``body`` it gets a notification."""
    import apprise

    logging.disable(logging.CRITICAL)  # the messages of libraries may name the address
    url = asked["url"]
    plugin, problem = _read(url)
    answer: dict[str, str] = {"problem": problem}
    if plugin is not None:
        answer = {"label": _label(plugin)}
        if "body" in asked:
            network = Network(lambda: _write(answers, CONNECTED))
            network.observe()
            service = apprise.Apprise(asset=plugin.asset)
            service.add(plugin)
            body, title = asked["body"], asked["title"]
            is_sent = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
            answer |= {
                "outcome": SENT if is_sent else network.outcome(),
                "reason": network.is_connected * network.reason,
            }
    _write(answers, json.dumps(answer))


def _read(url: str) -> tuple[Any, str]:
    """The plugin for an address, or why there is none."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    asset = apprise.AppriseAsset(
        app_id="Bayesdesk",
        app_desc="Bayesdesk",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        storage_mode="memory",  # no files of its own
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
        async_mode=False,
    )
    kind = url.partition("://")[0].strip().lower()
    known: Any = NotificationManager()  # type: ignore[no-untyped-call]
    plugin = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        if "://" not in url or kind not in known:
            return None, UNKNOWN_KIND
        return None, INCOMPLETE if known[kind].enabled else LACKS_PACKAGE
    plugin.retry = 0  # the engine does it, and only where nothing can arrive twice
    plugin.socket_connect_timeout, plugin.socket_read_timeout = _CONNECT_S, _READ_S
    return plugin, ""


def _label(plugin: Any) -> str:
    """What may be shown of an address: the service, and the host where it is no secret itself."""
    name = str(plugin.service_name)
    host = plugin.host if plugin.schema in _SHOWS_HOST else None
    return f"{name} ({host})" if host else name


def _write(answers: IO[str], line: str) -> None:
    answers.write(f"{line}\n")
    answers.flush()


if __name__ == "__main__":
    # what a library prints must not get between the answers
    real = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(json.load(sys.stdin), real)
