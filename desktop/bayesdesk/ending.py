"""The end of the process, once its window has been closed."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn

from PySide6.QtCore import QSettings


def end_process(status: int) -> NoReturn:
    """End without tearing the interpreter down: a thread that still reads would then use Qt and crash.

    What must not be lost has ended by now, see :mod:`bayesdesk.closing`.
    """
    QSettings().sync()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # a window may have none
            stream.flush()
    os._exit(status)
