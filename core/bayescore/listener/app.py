"""The HTTP endpoint that trials report to."""

from __future__ import annotations

import asyncio
import hmac
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
from bayescore.listener.intake import Takes
from bayescore.listener.reporter import Reporting
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, parse, parse_clear

GRACE_S = 60.0  # a token outlives its trial so long: last points may still be under way
_MAX_NOTED = 20  # refusals of one trial that are noted; a loop must not fill the store
_METRICS = b"/metrics/"
_BELL_S = 0.05  # between two looks at a spool file, however often its bell is rung
# of large requests that are not answered yet; parsed they take eight times as much
_BODIES_BYTES = 32 * 2**20
_LARGE = 16 * 2**10  # larger bodies are parsed beside the loop, which has others to answer meanwhile

R = TypeVar("R", bound=Reporting)


class Reporters(Generic[R]):
    """Trials that may report, by their address."""

    def __init__(self) -> None:
        self._known: dict[str, R] = {}
        self._until: dict[str, float] = {}

    def admit(self, reporter: R) -> None:
        """Let a trial report."""
        self._known[reporter.address] = reporter
        self._until.pop(reporter.address, None)

    def retire(self, address: str) -> None:
        """Let a trial's token expire after the grace period."""
        self._until[address] = time.monotonic() + GRACE_S
        for gone in [a for a, until in self._until.items() if until < time.monotonic()]:
            self._known.pop(gone, None)
            del self._until[gone]

    def at(self, address: str) -> R | None:
        """The trial at an address that may still report."""
        is_gone = self._until.get(address, float("inf")) < time.monotonic()
        return None if is_gone else self._known.get(address)

    def find(self, address: str, token: str) -> R | None:
        """The trial at an address, if the token is its own and still good."""
        reporter = self.at(address)
        expected = reporter.token if reporter else "-"
        same = hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))
        return reporter if same else None


class Room:
    """Memory for the bodies of requests that are not answered yet, at every address together."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    @contextmanager
    def lent(self) -> Iterator[Loan]:
        """Memory for one request, which is given back at the end."""
        loan = Loan(self)
        try:
            yield loan
        finally:
            if loan.size:
                self.change(-loan.size)

    def change(self, size: int) -> bool:
        """Take so many bytes if they are there, or give them back."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True


class Loan:
    """Memory of one request; a small one needs none, so that large ones never keep it out."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.size = 0

    def cover(self, size: int) -> bool:
        """Have memory for a body of so many bytes, if there is some."""
        more = max(0, size - _LARGE) - self.size
        if more > 0 and not self._room.change(more):
            return False
        self.size += max(0, more)
        return True


class Endpoint(Generic[R]):
    """Answers the requests of trials."""

    def __init__(self, reporters: Reporters[R], intake: Takes[R]) -> None:
        self._reporters = reporters
        self._intake = intake
        self._refused: Counter[str] = Counter()
        self._room = Room(_BODIES_BYTES)
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="parser")
        self._rung: set[str] = set()

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/trials/{trial}", self._report, methods=["PUT"]),
                Route("/trials/{trial}/bell", self._bell, methods=["POST"]),
                Route("/trials/{trial}/metrics/{key:path}", self._clear, methods=["DELETE"]),
            ]
        )

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("bayesdesk\n")

    async def _report(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token is not that of a running trial."))
        with self._room.lent() as loan:
            try:
                body = await _body(request, loan)
                report = await self._parsed(body)
            except _TooLargeError as error:
                return await self._refuse(reporter, 413, error.message)
            except BadReportError as error:
                return await self._refuse(reporter, 400, error.message)
            except ListenerError as error:
                return _refusal(503, error.message)
            return await self._taken(reporter, report)

    async def _parsed(self, body: bytes) -> Report:
        if len(body) <= _LARGE:
            return parse(body)
        return await asyncio.get_running_loop().run_in_executor(self._parser, parse, body)

    async def _bell(self, request: Request) -> Response:
        """Look at a trial's spool file, whoever asks for it; the answer tells nothing of the trial."""
        address = request.path_params["trial"]
        if self._reporters.at(address) is not None and address not in self._rung:
            self._rung.add(address)
            asyncio.get_running_loop().call_later(_BELL_S, self._look, address)
        return PlainTextResponse("ok\n")

    def _look(self, address: str) -> None:
        self._rung.discard(address)
        if (reporter := self._reporters.at(address)) is not None:
            self._intake.submit(reporter, None)

    async def _clear(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token is not that of a running trial."))
        raw: bytes = request.scope["raw_path"]
        try:  # the framework's own decoding cannot tell "/" from "%2F"
            report = parse_clear(unquote_to_bytes(raw.split(_METRICS, 1)[1]))
        except BadReportError as error:
            return await self._refuse(reporter, 400, error.message)
        return await self._taken(reporter, report)

    def _reporter(self, request: Request) -> R | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self._reporters.find(request.path_params["trial"], token.strip())

    async def _taken(self, reporter: R, report: Report) -> Response:
        try:
            await asyncio.wrap_future(self._intake.submit(reporter, report))
        except BadReportError as error:
            return await self._refuse(reporter, 400, error.message)
        except BayesdeskError as error:
            return _refusal(503, error.message)
        return PlainTextResponse("ok\n")

    async def _refuse(self, reporter: R, status: int, reason: Text) -> Response:
        """Answer 4xx, and note it on the trial so that its author finds it."""
        self._refused[reporter.address] += 1
        if self._refused[reporter.address] <= _MAX_NOTED:
            await asyncio.to_thread(self._intake.note_refusal, reporter, reason)
        return _refusal(status, reason)


def _refusal(status: int, reason: Text) -> Response:
    return PlainTextResponse(f"{reason.render('en')}\n", status)


class _TooLargeError(ListenerError):
    """A body over the limit."""


async def _body(request: Request, loan: Loan) -> bytes:
    """The body, as far as there is memory for it; the rest of one that is too large is not read."""
    declared = request.headers.get("content-length", "0")
    too_large = _TooLargeError(text("The body is larger than 1 MiB."))
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if not loan.cover(len(body)):
                raise ListenerError(text("Too many large reports arrive at once; send it again."))
            if len(body) > MAX_BODY_BYTES:
                raise too_large
    except ClientDisconnect:
        return b""
    return bytes(body)
