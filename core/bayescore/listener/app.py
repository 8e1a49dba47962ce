"""The HTTP endpoint that trials report to."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import Counter
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bayescore.errors import BayesdeskError
from bayescore.i18n import Text, text
from bayescore.listener.intake import Takes
from bayescore.listener.reporter import Reporting
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, parse

GRACE_S = 60.0  # a token outlives its trial so long: last points may still be under way
_MAX_NOTED = 20  # refusals of one trial that are noted; a loop must not fill the store
_METRICS = b"/metrics/"


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

    def find(self, address: str, token: str) -> R | None:
        """The trial at an address, if the token is its own and still good."""
        reporter = self._known.get(address)
        expected = reporter.token if reporter else "-"
        same = hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))
        if reporter is None or not same or self._until.get(address, float("inf")) < time.monotonic():
            return None
        return reporter


class Endpoint(Generic[R]):
    """Answers the requests of trials."""

    def __init__(self, reporters: Reporters[R], intake: Takes[R]) -> None:
        self._reporters = reporters
        self._intake = intake
        self._refused: Counter[str] = Counter()

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/trials/{trial}", self._report, methods=["PUT"]),
                Route("/trials/{trial}/metrics/{key:path}", self._clear, methods=["DELETE"]),
            ]
        )

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("bayesdesk\n")

    async def _report(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token is not that of a running trial."))
        body = await _body(request)
        if body is None:
            return await self._refuse(reporter, 413, text("The body is larger than 1 MiB."))
        try:
            report = parse(body)
        except BadReportError as error:
            return await self._refuse(reporter, 400, error.message)
        return await self._taken(reporter, report)

    async def _clear(self, request: Request) -> Response:
        reporter = self._reporter(request)
        if reporter is None:
            return _refusal(401, text("The token is not that of a running trial."))
        raw: bytes = request.scope["raw_path"]
        try:  # the framework's own decoding cannot tell "/" from "%2F"
            key = unquote_to_bytes(raw.split(_METRICS, 1)[1]).decode("utf-8")
        except UnicodeDecodeError:
            return await self._refuse(reporter, 400, text("The metric's name is not UTF-8."))
        return await self._taken(reporter, Report(clear=key))

    def _reporter(self, request: Request) -> R | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self._reporters.find(request.path_params["trial"], token.strip())

    async def _taken(self, reporter: R, report: Report) -> Response:
        try:
            await asyncio.wrap_future(self._intake.submit(reporter, report))
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


async def _body(request: Request) -> bytes | None:
    """The body; ``None`` when it is too large (the rest is not read)."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)
