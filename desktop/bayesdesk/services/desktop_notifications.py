"""Notifications of the desktop without a system tray."""

from __future__ import annotations

import shutil
import subprocess
from enum import Enum

_SECONDS = 5.0
_KEPT_S = 3600.0  # for which “Show” of a notification that stays on the desktop has an effect
_NAME = "notify-send"  # of libnotify; part of most desktops
_SHOW = "show"


class Shown(Enum):
    """What became of a notification."""

    NOT = "not"
    SHOWN = "shown"
    PRESSED = "pressed"  # the user has pressed its button


def notify(title: str, words: str, button: str) -> Shown:
    """Show a notification with a button, and wait until it is gone. Not for the GUI thread.

    The button is left out where the program is older than libnotify 0.8.
    """
    program = shutil.which(_NAME)
    if program is None:
        return Shown.NOT
    options = ["--app-name", "Bayesdesk", "--icon", "bayesdesk"]
    pressed = _run([program, *options, f"--action={_SHOW}={button}", "--", title, words], _KEPT_S)
    if pressed is not None:
        return Shown.PRESSED if pressed.strip() == _SHOW else Shown.SHOWN
    return Shown.NOT if _run([program, *options, "--", title, words], _SECONDS) is None else Shown.SHOWN


def _run(command: list[str], seconds: float) -> str | None:
    """What a command prints; ``None`` if it fails."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return ""
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
