"""The listener as a thread of the engine's process."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar

import uvicorn
from starlette.applications import Starlette

from bayescore.errors import ListenerError
from bayescore.i18n import text
from bayescore.listener.addresses import LOOPBACK, listening, open_sockets
from bayescore.listener.app import Endpoint, Reporters
from bayescore.listener.connection import BoundedConnection
from bayescore.listener.intake import Intake, Takes, note_unexpected_metrics
from bayescore.listener.reporter import Reporter, Reporting
from bayescore.listener.reports import Report
from bayescore.network import bridge_address
from bayescore.store import Database, events, jobs, settings, trials

_log = logging.getLogger(__name__)
R = TypeVar("R", bound=Reporting)
_PORT = "listener_port"


class _Served:
    """One address with a server and a thread of its own."""

    def __init__(self, application: Starlette, opened: socket.socket) -> None:
        config = uvicorn.Config(
            application,
            http=BoundedConnection,
            ws="none",  # else a request could leave the connection's limits behind
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([opened],), name="listener", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Finish open requests and close."""
        self.server.should_exit = True
        self.thread.join(timeout=10)


class PortMemory(Protocol):
    """Where the port is remembered, so that programs find the listener again."""

    def recall(self) -> int | None:
        """The port of the last time."""
        ...

    def remember(self, port: int) -> None:
        """Keep the port for the next time."""
        ...

    def has_lost(self, port: int) -> None:
        """Another program has the port: no token that it may hear is to be good any more."""
        ...


class _InStore:
    """A port that is a setting of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self) -> int | None:
        with self._database.read() as connection:
            known = settings.get(connection, _PORT)
        return int(known) if known else None

    def remember(self, port: int) -> None:
        with self._database.write() as connection:
            settings.put(connection, _PORT, str(port))

    def has_lost(self, port: int) -> None:
        """Replace every token; a trial that runs knows the old port and token and reports by its file."""
        message = text(
            "Another program took the port {port} while the engine was away. Running trials report by their "
            "files; those that use another client than the injected one must be started again.",
            port=port,
        )
        with self._database.write() as connection:
            trials.renew_tokens(connection)
            for job in jobs.active(connection):
                events.add(connection, job.id, "port_taken", message, level="warning")


class Listener(Generic[R]):
    """Takes in what trials report; the port is chosen once and kept while it is free."""

    def __init__(self, intake: Takes[R], ports: PortMemory) -> None:
        self._ports = ports
        self._reporters: Reporters[R] = Reporters()
        self._intake = intake
        self._application = Endpoint(self._reporters, self._intake).application()
        self._served: dict[str, _Served] = {}
        self.port = 0

    def start(self) -> None:
        """Open the port and answer.

        When another program has taken the port, a new one is chosen: a job must
        not wait for a person. Programs that were told the old one report by their spool files.

        Raises
        ------
        ListenerError
            When no port can be opened.
        """
        known = self._ports.recall()
        bridge = bridge_address()
        hosts = [LOOPBACK, bridge] if bridge else [LOOPBACK]
        try:
            self.port, sockets = open_sockets(known, hosts)
        except ListenerError as error:
            if known is None:
                raise
            _log.warning("%s Another one is chosen and every token is replaced.", error.message)
            self._ports.has_lost(known)
            self.port, sockets = open_sockets(None, hosts)
        if known != self.port:
            self._ports.remember(self.port)
        self._intake.start()
        for host, opened in sockets.items():
            self._served[host] = _Served(self._application, opened)

    def listen_on_bridge(self) -> bool:
        """Listen on Docker's bridge as well, if there is one now; whether it does.

        The bridge may come into being after the engine has started.
        """
        address = bridge_address()
        if address is None or address in self._served:
            return address is not None
        try:
            opened = listening(address, self.port)
        except OSError:
            return False
        self._served[address] = _Served(self._application, opened)
        return True

    @property
    def addresses(self) -> list[str]:
        """``host:port`` of every address."""
        return [f"{host}:{self.port}" for host in sorted(self._served)]

    def stop(self) -> None:
        """Finish open requests, write what is waiting, close."""
        for served in self._served.values():
            served.stop()
        self._intake.stop()

    def admit(self, reporter: R) -> None:
        """Let a trial report."""
        self._reporters.admit(reporter)

    def retire(self, address: str) -> None:
        """Let a trial's token expire after a grace period."""
        self._reporters.retire(address)

    def take_spool(self, reporter: R) -> Future[None]:
        """Take in what waits in a trial's spool file."""
        return self._intake.submit(reporter, None)

    def has_unkept(self, reporter: R) -> bool:
        """Whether reports of this attempt could not be kept since the listener began."""
        return self._intake.has_unkept(reporter)

    def take(self, reporter: R, report: Report) -> Future[None]:
        """Take in a report that came another way than HTTP."""
        return self._intake.submit(reporter, report)


def listener_of_store(database: Database) -> Listener[Reporter]:
    """A listener that writes into a store."""
    return Listener(Intake(database, note_unexpected_metrics), _InStore(database))
