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

_SOON_S = 60.0  # a crash so soon after the start makes the next pause longer
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_MOST = 5  # crashes of an engine that never came up
_ON_PURPOSE = (0, 75)  # ended, runs already: see bayescore.engine.host
_CANNOT_START = 78


def main(root: str) -> int:
    """Keep an engine running until it ends on purpose.

    One that never came up is given up, for whoever started it is there to read why.  One that did
    is started for ever: what keeps it down, such as a disk that takes nothing, may pass in the night.
    """
    engine: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if engine is not None:
            engine.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    if hasattr(signal, "SIGHUP"):  # Windows has none
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    crashes, was_up = 0, False
    while True:
        began = time.monotonic()
        engine = subprocess.Popen(
            [sys.executable, "-m", "bayescore.engine.host", root],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert engine.stdout is not None
        with engine.stdout as said:
            was_up = bool(said.readline()) or was_up
            code = engine.wait()
        crashes = crashes + 1 if time.monotonic() - began < _SOON_S else 1
        if not os.path.isdir(root):  # noqa: PTH112  nothing more than this is imported
            return code
        if code in _ON_PURPOSE or (not was_up and (code == _CANNOT_START or crashes >= _MOST)):
            return code
        time.sleep(min(_FIRST_PAUSE_S * 2 ** (crashes - 1), _LONGEST_PAUSE_S))


if __name__ == "__main__":
    os.chdir("/")
    sys.exit(main(sys.argv[1]))
