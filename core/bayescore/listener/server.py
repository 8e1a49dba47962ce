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
from bayescore.listener.intake import Intake, ReportSink, warn_of_unexpected_metrics
from bayescore.listener.reporter import Reporter, ReporterIdentity
from bayescore.listener.reports import Report
from bayescore.network import bridge_address
from bayescore.store import Database, events, jobs, settings, trials

_log = logging.getLogger(__name__)
R = TypeVar("R", bound=ReporterIdentity)
_PORT = "listener_port"


class _Server:
    """The server of one address, in a thread of its own.

    There is one for each address because Docker's bridge may appear after the start, where uvicorn cannot add
    a socket, and because a flood of connections on one address must not evict those on the other.
    """

    def __init__(self, application: Starlette, opened: socket.socket) -> None:
        config = uvicorn.Config(
            application,
            http=BoundedConnection,
            ws="none",  # an upgraded connection would escape the limits
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
        """Answer open requests and close."""
        self.server.should_exit = True
        self.thread.join(timeout=10)


class PortStore(Protocol):
    """Stores the port, so that running programs find the listener again after a restart."""

    def load(self) -> int | None:
        """The port that was last used."""
        ...

    def save(self, port: int) -> None:
        """Store the port for the next start."""
        ...

    def on_port_taken(self, port: int) -> None:
        """Invalidate all tokens: another program has the port and may receive them."""
        ...


class _PortSetting:
    """A port stored as a setting in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> int | None:
        with self._database.read() as connection:
            known = settings.get(connection, _PORT)
        return int(known) if known else None

    def save(self, port: int) -> None:
        with self._database.write() as connection:
            settings.put(connection, _PORT, str(port))

    def on_port_taken(self, port: int) -> None:
        """Replace every token. Running trials, which have the old one, report through their files."""
        message = text(
            "Another program took port {port} while the engine was stopped. Running trials report through "
            "their files; re-run those that do not use the injected client.",
            port=port,
        )
        with self._database.write() as connection:
            trials.renew_tokens(connection)
            for job in jobs.active(connection):
                events.add(connection, job.id, "port_taken", message, level="warning")


class Listener(Generic[R]):
    """ReportSink in what trials report; the port is chosen once and kept while it is free."""

    def __init__(self, intake: ReportSink[R], ports: PortStore) -> None:
        self._ports = ports
        self._reporters: Reporters[R] = Reporters()
        self._intake = intake
        self._application = Endpoint(self._reporters, self._intake).application()
        self._servers: dict[str, _Server] = {}
        self.port = 0

    def start(self) -> None:
        """Open the port and serve.

        If another program has taken the port, a new one is chosen, so that jobs continue unattended.
        Programs that were started with the old one report by their spool files.

        Raises
        ------
        ListenerError
            When no port can be opened.
        """
        known = self._ports.load()
        bridge = bridge_address()
        hosts = [LOOPBACK, bridge] if bridge else [LOOPBACK]
        try:
            self.port, sockets = open_sockets(known, hosts)
        except ListenerError as error:
            if known is None:
                raise
            _log.warning("%s Using another port; all tokens are replaced.", error.message)
            self._ports.on_port_taken(known)
            self.port, sockets = open_sockets(None, hosts)
        if known != self.port:
            self._ports.save(self.port)
        self._intake.start()
        for host, opened in sockets.items():
            self._servers[host] = _Server(self._application, opened)

    def listen_on_bridge(self) -> bool:
        """Also listen on Docker's bridge, which may be created after the start; whether it does."""
        address = bridge_address()
        if address is None or address in self._servers:
            return address is not None
        try:
            opened = listening(address, self.port)
        except OSError:
            return False
        self._servers[address] = _Server(self._application, opened)
        return True

    @property
    def addresses(self) -> list[str]:
        """``host:port`` of every address."""
        return [f"{host}:{self.port}" for host in sorted(self._servers)]

    def stop(self) -> None:
        """Answer open requests, write pending reports, close."""
        for served in self._servers.values():
            served.stop()
        self._intake.stop()

    def admit(self, reporter: R) -> None:
        """Let a trial report."""
        self._reporters.admit(reporter)

    def retire(self, address: str) -> None:
        """Expire a trial's token after a grace period."""
        self._reporters.retire(address)

    def take_spool(self, reporter: R) -> Future[None]:
        """Read the unread part of a trial's spool file."""
        return self._intake.submit(reporter, None)

    def has_lost_reports(self, reporter: R) -> bool:
        """Whether reports of this attempt could not be stored since the listener started."""
        return self._intake.has_lost_reports(reporter)

    def take(self, reporter: R, report: Report) -> Future[None]:
        """Store a report that did not arrive by HTTP."""
        return self._intake.submit(reporter, report)


def listener_of_store(database: Database) -> Listener[Reporter]:
    """A listener that writes into a store."""
    return Listener(Intake(database, warn_of_unexpected_metrics), _PortSetting(database))
