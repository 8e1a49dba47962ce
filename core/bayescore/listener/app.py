"""The HTTP application that trials report to."""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bayescore.errors import BayesdeskError, ListenerError
from bayescore.i18n import Text, text
from bayescore.listener.intake import ReportSink
from bayescore.listener.reporter import ReporterIdentity
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, parse, parse_clear

_log = logging.getLogger(__name__)
GRACE_S = 60.0  # a token stays valid after its trial has ended: the last points may arrive late
_MAX_NOTED = 20  # refusals recorded for one trial, so that a loop cannot fill the store
_METRICS = b"/metrics/"
_NOTIFY_DELAY_S = 0.05  # a spool file is read at most this often, however many notifications arrive
_BODIES_BYTES = (
    32 * 2**20
)  # of large requests that are not answered yet; parsed, they take eight times as much
_LARGE = 16 * 2**10  # larger bodies are parsed in a thread, so that other requests are answered meanwhile

R = TypeVar("R", bound=ReporterIdentity)


class Reporters(Generic[R]):
    """Trials that may report, by address."""

    def __init__(self) -> None:
        self._known: dict[str, R] = {}
        self._until: dict[str, float] = {}

    def admit(self, reporter: R) -> None:
        """Let a trial report."""
        self._known[reporter.address] = reporter
        self._until.pop(reporter.address, None)

    def retire(self, address: str) -> None:
        """Expire a trial's token after the grace period."""
        self._until[address] = time.monotonic() + GRACE_S
        for gone in [a for a, until in self._until.items() if until < time.monotonic()]:
            self._known.pop(gone, None)
            del self._until[gone]

    def at(self, address: str) -> R | None:
        """The trial at an address, if it may still report."""
        is_gone = self._until.get(address, float("inf")) < time.monotonic()
        return None if is_gone else self._known.get(address)

    def find(self, address: str, token: str) -> R | None:
        """The trial at an address, if the token is valid for it."""
        reporter = self.at(address)
        expected = reporter.token if reporter else "-"
        same = hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))
        return reporter if same else None


class BodyMemory:
    """A budget of memory for the bodies of unanswered requests, shared by all addresses."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    @contextmanager
    def reserve(self) -> Iterator[Reservation]:
        """Memory for one request, released at the end."""
        reservation = Reservation(self)
        try:
            yield reservation
        finally:
            if reservation.size:
                self.change(-reservation.size)

    def change(self, size: int) -> bool:
        """Take ``size`` bytes if they are available, or release them if negative."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True


class Reservation:
    """Memory of one request. Small requests need none, so that large ones cannot block them."""

    def __init__(self, memory: BodyMemory) -> None:
        self._memory = memory
        self.size = 0

    def extend_to(self, size: int) -> bool:
        """Reserve memory for a body of ``size`` bytes; whether there was enough."""
        more = max(0, size - _LARGE) - self.size
        if more > 0 and not self._memory.change(more):
            return False
        self.size += max(0, more)
        return True


class Endpoint(Generic[R]):
    """Answers the requests of trials."""

    def __init__(self, reporters: Reporters[R], intake: ReportSink[R]) -> None:
        self._reporters = reporters
        self._intake = intake
        self._refused: Counter[str] = Counter()
        self._memory = BodyMemory(_BODIES_BYTES)
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="parser")
        self._notified: set[str] = set()

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/trials/{trial}", self._report, methods=["PUT"]),
                Route("/trials/{trial}/bell", self._notify, methods=["POST"]),
                Route("/trials/{trial}/metrics/{key:path}", self._clear, methods=["DELETE"]),
            ]
        )

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("bayesdesk\n")

    async def _report(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token does not belong to a running trial."))
        with self._memory.reserve() as reservation:
            try:
                body = await _body(request, reservation)
                report = await self._parsed(body)
            except _TooLargeError as error:
                return await self._refuse(reporter, 413, error.message)
            except BadReportError as error:
                return await self._refuse(reporter, 400, error.message)
            except ListenerError as error:
                return _refusal(503, error.message)
            except ClientDisconnect:
                # the program was stopped while it sent: it has done nothing wrong, and nobody reads an answer
                _log.info("the connection of trial %s ended within a report", reporter.address)
                return Response(status_code=400)
            return await self._store(reporter, report)

    async def _parsed(self, body: bytes) -> Report:
        if len(body) <= _LARGE:
            return parse(body)
        return await asyncio.get_running_loop().run_in_executor(self._parser, parse, body)

    async def _notify(self, request: Request) -> Response:
        """Read a trial's spool file soon; the answer, which needs no token, reveals nothing."""
        address = request.path_params["trial"]
        if self._reporters.at(address) is not None and address not in self._notified:
            self._notified.add(address)
            asyncio.get_running_loop().call_later(_NOTIFY_DELAY_S, self._read_spool, address)
        return PlainTextResponse("ok\n")

    def _read_spool(self, address: str) -> None:
        self._notified.discard(address)
        if (reporter := self._reporters.at(address)) is not None:
            self._intake.submit(reporter, None)

    async def _clear(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token does not belong to a running trial."))
        raw: bytes = request.scope["raw_path"]
        try:  # the framework's decoding does not distinguish "/" from "%2F"
            report = parse_clear(unquote_to_bytes(raw.split(_METRICS, 1)[1]))
        except BadReportError as error:
            return await self._refuse(reporter, 400, error.message)
        return await self._store(reporter, report)

    def _reporter(self, request: Request) -> R | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self._reporters.find(request.path_params["trial"], token.strip())

    async def _store(self, reporter: R, report: Report) -> Response:
        try:
            await asyncio.wrap_future(self._intake.submit(reporter, report))
        except BadReportError as error:
            return await self._refuse(reporter, 400, error.message)
        except BayesdeskError as error:
            return _refusal(503, error.message)
        return PlainTextResponse("ok\n")

    async def _refuse(self, reporter: R, status: int, reason: Text) -> Response:
        """Answer 4xx and record the reason on the trial, where its author finds it."""
        self._refused[reporter.address] += 1
        if self._refused[reporter.address] <= _MAX_NOTED:
            await asyncio.to_thread(self._intake.record_refusal, reporter, reason)
        return _refusal(status, reason)


def _refusal(status: int, reason: Text) -> Response:
    return PlainTextResponse(f"{reason.render('en')}\n", status)


class _TooLargeError(ListenerError):
    """A body over the limit."""


async def _body(request: Request, reservation: Reservation) -> bytes:
    """Read the body while there is memory for it; stop once it is too large.

    Raises
    ------
    ClientDisconnect
        When the connection ends before the body does.
    """
    declared = request.headers.get("content-length", "0")
    too_large = _TooLargeError(text("The body is larger than 1 MiB."))
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if not reservation.extend_to(len(body)):
            raise ListenerError(text("Too many large reports have arrived at once. Send this one again."))
        if len(body) > MAX_BODY_BYTES:
            raise too_large
    return bytes(body)
