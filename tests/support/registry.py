"""A small image registry on loopback with one image and a connection that can be slow or fail."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CHUNK = 64 * 1024


def _layer(seed: int, size: int) -> bytes:
    """A layer with one file of incompressible random bytes."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo(f"data-{seed}")
        entry.size = size
        tar.addfile(entry, io.BytesIO(random.Random(seed).randbytes(size)))
    return archive.getvalue()


class Registry:
    """Serves ``NAME:TAG`` for every name and tag but ``missing``.

    Attributes
    ----------
    failures
        Number of manifest requests to answer with status 500.
    held
        While set, transfers of layers stop in the middle.
    """

    def __init__(self, seed: int, layers: int = 2, size: int = 2**20) -> None:
        self.failures = 0
        self.held = threading.Event()
        self.released = threading.Event()
        plain = [_layer(seed + i, size) for i in range(layers)]
        blobs = [gzip.compress(p, mtime=0) for p in plain]
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [_digest(p) for p in plain]},
                "history": [],
            }
        ).encode()
        self.blobs = {_digest(b): b for b in (*blobs, config)}
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "size": len(config), "digest": _digest(config)},
            "layers": [{"mediaType": _LAYER, "size": len(b), "digest": _digest(b)} for b in blobs],
        }
        self.manifest = json.dumps(manifest).encode()
        self.requested: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Registry:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET(head=True)

        def do_GET(self, head: bool = False) -> None:
            registry.requested.append(self.path)
            if self.path == "/v2/":
                self._send(b"{}", "application/json", head)
            elif "/missing/" in self.path:
                self._fail(404, "MANIFEST_UNKNOWN", "manifest unknown")
            elif "/manifests/" in self.path:
                if registry.failures:
                    registry.failures -= 1
                    self._fail(500, "UNKNOWN", "the line is bad")
                else:
                    self._send(registry.manifest, _MANIFEST, head)
            elif blob := registry.blobs.get(self.path.rpartition("/")[2]):
                self._send(blob, "application/octet-stream", head)
            else:
                self._fail(404, "BLOB_UNKNOWN", "blob unknown")

        def _send(self, data: bytes, kind: str, head: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Docker-Content-Digest", _digest(data))
            self.end_headers()
            if head:
                return
            for start in range(0, len(data), _CHUNK):
                if start > len(data) // 2 and registry.held.is_set():
                    registry.released.wait(60)
                self.wfile.write(data[start : start + _CHUNK])

        def _fail(self, status: int, code: str, message: str) -> None:
            body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler
