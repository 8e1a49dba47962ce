"""Starts the engine's process again when it has crashed: ``python -m … DATA_FOLDER``.

It does nothing else, so that there is next to nothing in it that could fail.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

_SOON_S = 60.0  # a crash so soon after the start counts towards giving up
_MOST = 5
_FIRST_PAUSE_S = 0.2
_FINAL = (0, 75, 78)  # ended on purpose, runs already, cannot start: see bayescore.engine.host


def main(root: str) -> int:
    """Keep an engine running until it ends on purpose or crashes again and again."""
    engine: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if engine is not None:
            engine.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    crashes = 0
    while True:
        began = time.monotonic()
        engine = subprocess.Popen(
            [sys.executable, "-m", "bayescore.engine.host", root], stdin=subprocess.DEVNULL
        )
        code = engine.wait()
        if code in _FINAL:
            return code
        crashes = crashes + 1 if time.monotonic() - began < _SOON_S else 1
        if crashes >= _MOST:
            return 1
        time.sleep(_FIRST_PAUSE_S * 2 ** (crashes - 1))


if __name__ == "__main__":
    os.chdir("/")
    sys.exit(main(sys.argv[1]))
