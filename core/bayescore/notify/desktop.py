"""Notifications of this machine's desktop, with a button: ``python -m bayescore.notify.desktop``.

The process shows the notification of a job, waits until it is gone, and opens the window at the job if its
button was pressed. It ends after an hour at the latest and does not depend on the engine that has started it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path

from bayescore.store import DataFolder
from bayescore.store.runtime_folders import WINDOW_SOCKET, runtime_folders

_SECONDS = 5.0
_KEPT_S = 3600.0  # for which the button of a notification that stays on the desktop has an effect
_NAME = "notify-send"  # of libnotify; part of most desktops
_SHOW = "show"
_PATIENCE_S = 0.5
_LOOK_ALIKES = str.maketrans({"<": "‹", ">": "›", "&": "＆"})
_MAX_CHARACTERS = 500


class Shown(Enum):
    """What became of a notification."""

    NOT = "not"
    SHOWN = "shown"
    PRESSED = "pressed"  # the user has pressed its button


def without_markup(words: str) -> str:
    """A text for desktop notifications.

    Some desktops interpret markup and others do not, so escaping would be visible on some of them. Similar
    characters replace those of markup, and control characters are removed.
    """
    shown = "".join(c for c in words[:_MAX_CHARACTERS] if c.isprintable() or c == "\n")
    return shown.translate(_LOOK_ALIKES)


def is_possible(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process belongs to a desktop session that may show notifications."""
    folder = environment.get("XDG_RUNTIME_DIR")
    has_bus = bool(folder and Path(folder, "bus").exists())
    return (has_bus or "DBUS_SESSION_BUS_ADDRESS" in environment) and shutil.which(_NAME) is not None


def has_window(folder: DataFolder) -> bool:
    """Whether a window of the data folder is open; it shows the ends of jobs itself."""
    if not hasattr(socket, "AF_UNIX"):
        return False
    for place in runtime_folders(folder, make=False):
        with suppress(OSError), closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.settimeout(_PATIENCE_S)
            connection.connect(str(place / WINDOW_SOCKET))
            return True
    return False


def show(title: str, words: str, button: str) -> Shown:
    """Show a notification with a button, and wait until it is gone.

    The button is left out where the program is older than libnotify 0.8.
    """
    program = shutil.which(_NAME)
    if program is None:
        return Shown.NOT
    options = ["--app-name", "Bayesdesk", "--icon", "bayesdesk"]
    texts = ["--", without_markup(title), without_markup(words)]
    pressed = _run([program, *options, f"--action={_SHOW}={button}", *texts], _KEPT_S)
    if pressed is not None:
        return Shown.PRESSED if pressed.strip() == _SHOW else Shown.SHOWN
    return Shown.NOT if _run([program, *options, *texts], _SECONDS) is None else Shown.SHOWN


def start(title: str, words: str, button: str, job: str, folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start the process for the notification of a job."""
    asked = {"title": title, "words": words, "button": button, "job": job}
    process = subprocess.Popen(
        [sys.executable, "-m", "bayescore.notify.desktop"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "BAYESDESK_HOME": str(folder.root)},
        start_new_session=True,
    )
    assert process.stdin is not None
    with suppress(OSError), process.stdin:
        process.stdin.write(json.dumps(asked).encode())
    return process


def main(asked: Mapping[str, str]) -> None:
    """Show a notification; its button opens the window."""
    if show(asked["title"], asked["words"], asked["button"]) is Shown.PRESSED:
        command = [sys.executable, "-m", "bayesdesk.app", "--job", asked["job"]]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _run(command: list[str], seconds: float) -> str | None:
    """What a command prints; ``None`` if it fails."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return ""
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    main(json.load(sys.stdin))
