"""Measures how far away the X server is, on a connection of its own."""

from __future__ import annotations

import ctypes
import os
import statistics
import time
from contextlib import suppress

_ROUND_TRIPS = 5
_FAR_S = 0.005  # a round trip on one machine takes a tenth of a millisecond
_IPC_CREAT, _IPC_RMID, _OWNER_ONLY = 0o1000, 0, 0o600
_PAGE = 4096
_PRESENT = 8  # offset of a byte in xcb_query_extension_reply_t


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


def is_display_slow() -> bool:
    """Whether what is painted goes to the X server over a slow line; slow, for the background.

    A display that shares memory with this program is not: pictures do not pass through the connection. One
    that does not is slow if a round trip takes long or its address has a host, as that of ``ssh -X``; else it
    may be the screen of this machine, seen from a container.
    """
    host, colon, _number = os.environ.get("DISPLAY", "").partition(":")
    if not colon:
        return False
    with suppress(OSError, AttributeError, ValueError):  # no XCB
        return _measured(ctypes.CDLL("libxcb.so.1"), has_host=host not in ("", "unix"))
    return False


def _measured(xcb: ctypes.CDLL, *, has_host: bool) -> bool:
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        if xcb.xcb_connection_has_error(connection):
            return False
        if _has_shared_memory(xcb, connection):
            return False
        return has_host or _round_trip_s(xcb, connection) > _FAR_S
    finally:
        xcb.xcb_disconnect(connection)


def _round_trip_s(xcb: ctypes.CDLL, connection: ctypes.c_void_p) -> float:
    """The median of some round trips: a busy machine delays one of them."""
    xcb.xcb_get_input_focus.restype = _Cookie
    xcb.xcb_get_input_focus_reply.restype = ctypes.c_void_p
    xcb.xcb_get_input_focus_reply.argtypes = (ctypes.c_void_p, _Cookie, ctypes.c_void_p)
    free, spent = _free(), []
    for _i in range(_ROUND_TRIPS):
        began = time.perf_counter()
        reply = xcb.xcb_get_input_focus_reply(connection, xcb.xcb_get_input_focus(connection), None)
        spent.append(time.perf_counter() - began)
        free(ctypes.c_void_p(reply))
    return statistics.median(spent)


def _has_shared_memory(xcb: ctypes.CDLL, connection: ctypes.c_void_p) -> bool:
    """Whether the X server can attach a segment of this machine; Qt needs that too."""
    libc, shm = ctypes.CDLL(None), ctypes.CDLL("libxcb-shm.so.0")
    key = ctypes.c_void_p.in_dll(shm, "xcb_shm_id")
    xcb.xcb_get_extension_data.restype = ctypes.c_void_p
    found = xcb.xcb_get_extension_data(connection, ctypes.byref(key))
    if not found or not ctypes.c_ubyte.from_address(found + _PRESENT).value:
        return False
    segment = libc.shmget(0, _PAGE, _IPC_CREAT | _OWNER_ONLY)
    if segment < 0:
        return False
    try:
        shm.xcb_shm_attach_checked.restype = _Cookie
        xcb.xcb_request_check.restype = ctypes.c_void_p
        xcb.xcb_request_check.argtypes = (ctypes.c_void_p, _Cookie)
        identifier = xcb.xcb_generate_id(connection)
        error = xcb.xcb_request_check(
            connection, shm.xcb_shm_attach_checked(connection, identifier, segment, 0)
        )
        _free()(ctypes.c_void_p(error))
        return not error
    finally:
        libc.shmctl(segment, _IPC_RMID, None)


def _free() -> ctypes._NamedFuncPointer:
    free = ctypes.CDLL(None).free
    free.argtypes = (ctypes.c_void_p,)
    return free
