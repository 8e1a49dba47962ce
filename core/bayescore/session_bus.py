"""Asks the D-Bus daemon of the desktop session which services run.

The answer is needed before Qt starts, and by the command line, which has no Qt. Written after the D-Bus
Specification 0.43, "Message Protocol" and "Authentication Protocol".
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from urllib.parse import unquote_to_bytes

_PATIENCE_S = 0.5  # a daemon answers within a millisecond
_LONGEST_REPLY = 2**16
_CALL, _REPLY, _ERROR = 1, 2, 3
_PATH, _INTERFACE, _MEMBER, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = 1, 2, 3, 5, 6, 8
_DAEMON = "org.freedesktop.DBus"


def running(names: Iterable[str], environment: Mapping[str, str]) -> frozenset[str]:
    """Those of some services that run in the session; none if its daemon does not answer."""
    for address in _addresses(environment):
        try:
            with closing(socket.socket(socket.AF_UNIX)) as connection:
                connection.settimeout(_PATIENCE_S)
                connection.connect(address)
                return _owned(connection, names)
        except (OSError, ValueError, struct.error):
            continue
    return frozenset()


def _addresses(environment: Mapping[str, str]) -> list[str | bytes]:
    if not hasattr(socket, "AF_UNIX"):
        return []
    found: list[str | bytes] = []
    for place in environment.get("DBUS_SESSION_BUS_ADDRESS", "").split(";"):
        if (written := re.match(r"unix:(?:.*,)?(path|abstract)=([^,]*)", place)) is not None:
            start = b"\0" if written[1] == "abstract" else b""
            found.append(start + unquote_to_bytes(written[2]))
    if not found and (folder := environment.get("XDG_RUNTIME_DIR")):
        found.append(f"{folder}/bus")
    return found


def _owned(connection: socket.socket, names: Iterable[str]) -> frozenset[str]:
    user = str(os.getuid()).encode().hex().encode()
    connection.sendall(b"\0AUTH EXTERNAL " + user + b"\r\n")
    if not connection.recv(512).startswith(b"OK "):
        return frozenset()
    connection.sendall(b"BEGIN\r\n")
    stream = connection.makefile("rb")
    connection.sendall(_call(1, "Hello"))
    _answer(stream.read, 1)
    owned = set()
    for serial, name in enumerate(names, start=2):
        connection.sendall(_call(serial, "NameHasOwner", name))
        body = _answer(stream.read, serial)
        if body and struct.unpack("<I", body[:4])[0]:
            owned.add(name)
    return frozenset(owned)


def _call(serial: int, member: str, argument: str | None = None) -> bytes:
    """A call of the daemon's own interface, with at most one string."""
    fields = [(_PATH, b"o", "/org/freedesktop/DBus"), (_INTERFACE, b"s", _DAEMON)]
    fields += [(_MEMBER, b"s", member), (_DESTINATION, b"s", _DAEMON)]
    header, body = b"", b""
    for code, kind, value in fields:
        header = _padded(header) + struct.pack("<BB", code, 1) + kind + b"\0" + _string(value)
    if argument is not None:
        header = _padded(header) + struct.pack("<BB", _SIGNATURE, 1) + b"g\0" + b"\x01s\0"
        body = _string(argument)
    start = struct.pack("<cBBBIII", b"l", _CALL, 0, 1, len(body), serial, len(header))
    return _padded(start + header) + body


def _string(value: str) -> bytes:
    written = value.encode()
    return struct.pack("<I", len(written)) + written + b"\0"


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 8)


def _answer(read: Callable[[int], bytes], serial: int) -> bytes:
    """Body of the reply to a call; other messages before it are skipped."""
    while True:
        start = read(16)
        order = "<" if start[:1] == b"l" else ">"
        kind, size, _own, fields = struct.unpack(f"{order}xBxxIII", start)
        if size + fields > _LONGEST_REPLY:
            raise ValueError("the reply is too long")
        header = read(fields + -fields % 8)
        body = bytes(read(size))
        if kind in (_REPLY, _ERROR) and _reply_serial(header, order) == serial:
            return body if kind == _REPLY and order == "<" else b""


def _reply_serial(header: bytes, order: str) -> int | None:
    found = re.search(rb"\x05\x01u\0(....)", header, re.DOTALL)
    return int(struct.unpack(f"{order}I", found[1])[0]) if found else None
