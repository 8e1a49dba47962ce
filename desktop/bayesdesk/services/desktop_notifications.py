"""Notifications of the desktop without a system tray."""

from __future__ import annotations

import shutil
import subprocess

_SECONDS = 5.0
_NAME = "notify-send"  # of libnotify; part of most desktops


def notify(title: str, words: str) -> bool:
    """Show a notification; returns whether the desktop took it. Not for the GUI thread."""
    program = shutil.which(_NAME)
    if program is None:
        return False
    command = [program, "--app-name", "Bayesdesk", "--icon", "bayesdesk", "--", title, words]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
