"""Whether the window can be typed in with the desktop's input method."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from bayescore.app.findings import Finding
from bayescore.config import Severity
from bayescore.i18n import text
from bayescore.input_method import FCITX, find, has_screen

_TOPIC = "input"


def input_method() -> Iterator[Finding]:
    """What is used, or why Chinese cannot be typed; nothing on a machine without a desktop."""
    if sys.platform != "linux" or not has_screen(os.environ):
        return
    found = find(os.environ)
    if not found.wanted:
        yield Finding(
            _TOPIC, Severity.OK, text("Input method: none; to type Chinese, install fcitx5 or IBus.")
        )
    elif found.is_reachable:
        ibus = text("Input method: IBus")
        used = text("Input method: fcitx, through its IBus frontend") if found.wanted == FCITX else ibus
        yield Finding(_TOPIC, Severity.OK, used)
    elif found.is_running:
        message = text("Input method: fcitx runs without its IBus frontend, so Chinese cannot be typed here.")
        fix = text("Enable the addon “IBus Frontend” in fcitx5-configtool, then start the window again.")
        yield Finding(_TOPIC, Severity.WARNING, message, fix)
    else:
        message = text("Input method: {name} is chosen but does not run.", name=found.wanted)
        start = "fcitx5 -d" if found.wanted == FCITX else "ibus-daemon -drx"
        fix = text("Start it, then start the window again: {command}", command=start)
        yield Finding(_TOPIC, Severity.WARNING, message, fix)
