"""Whether the display is reached over a slow line, and how much may be sent to it."""

from __future__ import annotations

import logging
import time

FRAME_MS = 200  # between two pictures of a drag
REST_MS = 350  # for which the mouse must rest before a tool tip is shown
SETTLED_MS = 900  # for which a brush must rest before other views follow it
PAUSE_MS = 3000  # between two drawings of a running job
_ACTION_BYTES, _REST_BYTES = 3.5e6, 0.6e6  # a second: for what the user drags, and for everything else

_log = logging.getLogger(__name__)
_is_slow = False


def is_slow() -> bool:
    """Whether to paint less."""
    return _is_slow


def use(slow: bool) -> None:
    """Set whether to paint less, from the next painting on."""
    global _is_slow  # noqa: PLW0603  one window, one display
    if slow != _is_slow:
        _log.info("the display is %s", "slow: less is painted" if slow else "fast")
        _is_slow = slow


class Budget:
    """Bytes that may be sent in a second; what is above them waits."""

    def __init__(self, bytes_per_second: float) -> None:
        self._rate = bytes_per_second
        self._free_at = 0.0

    def wait_ms(self) -> int:
        """Milliseconds until something may be sent."""
        return max(0, round((self._free_at - time.monotonic()) * 1000))

    def spend(self, size: int) -> None:
        """Note that so many bytes are sent now."""
        self._free_at = max(time.monotonic(), self._free_at) + size / self._rate


ACTIONS, REST = Budget(_ACTION_BYTES), Budget(_REST_BYTES)
