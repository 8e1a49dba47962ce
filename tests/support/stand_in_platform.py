"""A simulated OpenBayes platform on loopback: its API for ``bayes`` and the upload target."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.official import PACKAGES

TOKEN = "a-token-that-is-longer-than-any-user-name-could-ever-be-0123456789"
USER = "researcher"
BUCKET = "code"


class StandIn:
    """Requests and uploads received.

    Attributes
    ----------
    jobs
        Inputs of the tuning jobs that were created, oldest first.
    uploads
        Content of each file by its name below the project.
    refusal
        Error message to return instead of creating a job.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.jobs: list[dict[str, Any]] = []
        self.descriptions: list[str] = []
        self.uploads: dict[str, bytes] = {}
        self.refusal = ""

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Data of a GraphQL request."""
        found = re.search(r"\b(?:query|mutation)\s+(\w+)", query)
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "": lambda _: {"__typename": "Query"},
            "Me": lambda _: {"me": {"email": None, "username": USER}},
            "Projects": lambda _: {"party": {"projects": {"data": []}}},
            "CreateProject": lambda v: {
                "createProject": {"id": "p1", "name": v["name"], "links": [self._link("projects/p1")]}
            },
            "CreateSourceCodePolicy": lambda _: {
                "createSourceCodePolicy": {
                    "id": "source-1",
                    "endpoint": self.url,
                    "path": f"/{BUCKET}/source-1",
                    "accessKey": "access",
                    "secretKey": "key",
                }
            },
            "CreateHypertuning": self._create,
            "UpdateJob": self._describe,
        }
        return answers[found[1] if found else ""](variables)

    def _create(self, variables: dict[str, Any]) -> dict[str, Any]:
        self.jobs.append(variables["input"])
        number = len(self.jobs)
        return {"createHypertuning": {"id": f"j{number}", "links": [self._link(f"jobs/j{number}")]}}

    def _describe(self, variables: dict[str, Any]) -> dict[str, Any]:
        self.descriptions.append(variables["input"]["description"])
        return {"updateJob": {"id": variables["jobId"]}}

    def _link(self, path: str) -> dict[str, str]:
        return {"name": "frontend", "value": f"{self.url}/console/{USER}/{path}"}


@contextmanager
def running() -> Iterator[StandIn]:
    """Run the simulated platform on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self._body())
            if platform.refusal and "CreateHypertuning" in asked["query"]:
                self._reply(200, {"errors": [{"message": platform.refusal}]})
            else:
                self._reply(200, {"data": platform.answer(asked["query"], asked.get("variables") or {})})

        def do_PUT(self) -> None:
            name = self.path.partition(f"/{BUCKET}/source-1/")[2]
            platform.uploads[name] = self._body()
            self._reply(200, None)

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))

        def _reply(self, status: int, content: object) -> None:
            body = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def install(folder: Path) -> Path:
    """Install the official command line in a virtual environment; return the folder of ``bayes``."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "official.pth").write_text(f"{PACKAGES}\n", encoding="utf-8")
    program = folder / "bin" / "bayes"
    program.write_text(f"#!{folder}/bin/python\nfrom bayes.root import app\napp()\n", encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def bayes(*arguments: str, cwd: Path, environment: dict[str, str]) -> str:
    """Output of the official command line; raises when it fails."""
    done = subprocess.run(
        ["bayes", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
