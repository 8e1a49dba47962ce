"""A virtual X screen, and a check whether a window is painted on it.

Xlib reads the screen from outside the program, so the packaged program needs no hook for tests.
"""

from __future__ import annotations

import ctypes
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_Z_PIXMAP = 2
_ALL_PLANES = ctypes.c_ulong(-1)
_WAIT_S = 60.0
_POLL_S = 0.01
_PAINTED_COLOURS = 6  # an unpainted window has one or two
_SAMPLE_ROWS = 24


class Screen:
    """An Xvfb server without a window manager."""

    width, height = 1600, 1000

    def __init__(self, display: str) -> None:
        self.display = display

    def __enter__(self) -> Screen:
        size = f"{self.width}x{self.height}x24"
        self._server = subprocess.Popen(
            ["Xvfb", self.display, "-screen", "0", size, "-ac", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        socket = Path(f"/tmp/.X11-unix/X{self.display.removeprefix(':')}")
        wait_for(socket.exists)
        x = self._x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        x.XDefaultRootWindow.restype = ctypes.c_ulong
        x.XGetImage.restype = ctypes.c_void_p
        x.XGetImage.argtypes = [
            ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_ulong, ctypes.c_int,
        ]  # fmt: skip
        x.XGetPixel.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
        x.XGetPixel.restype = ctypes.c_ulong
        x.XDestroyImage.argtypes = [ctypes.c_void_p]
        wait_for(self._open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    def wait_for_paint(self) -> float:
        """Wait until a window has painted its contents; return the monotonic time."""
        wait_for(lambda: self._colours() >= _PAINTED_COLOURS)
        return time.monotonic()

    def wait_until_empty(self) -> None:
        """Wait until no window is left."""
        wait_for(lambda: self._colours() == 1)

    def _open(self) -> bool:
        self._connection = self._x.XOpenDisplay(self.display.encode())
        return bool(self._connection)

    def _colours(self) -> int:
        """Number of different colours in a grid of sample points."""
        x = self._x
        root = x.XDefaultRootWindow(self._connection)
        image = x.XGetImage(self._connection, root, 0, 0, self.width, self.height, _ALL_PLANES, _Z_PIXMAP)
        columns = range(4, self.width, self.width // (_SAMPLE_ROWS * 4))
        rows = range(4, self.height, self.height // _SAMPLE_ROWS)
        found = {x.XGetPixel(image, i, j) for i in columns for j in rows}
        x.XDestroyImage(image)
        return len(found)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a condition is true; raise ``TimeoutError`` after a minute."""
    end = time.monotonic() + _WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"Not true after {_WAIT_S:.0f} s: {condition}")
        time.sleep(_POLL_S)
