"""Chooses the modules through which Qt reaches the desktop's input method; see bayescore.input_method."""

from __future__ import annotations

import os
import sys

from bayescore.input_method import MODULES, find, has_screen


def choose_input_method() -> None:
    """Set the environment variable that Qt reads when the application object is made."""
    if sys.platform == "linux" and has_screen(os.environ):
        found = find(os.environ)
        if found.modules is not None:
            os.environ[MODULES] = found.modules
