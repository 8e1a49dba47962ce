"""The input method of the desktop, with which Chinese, Japanese and Korean are typed, and how Qt reaches it.

Qt loads a plugin for the input method. The Qt of PyPI has the plugin for IBus and none for fcitx, and a
plugin that was built for another Qt, such as the distribution's, does not load into it. fcitx5 also answers
as IBus does (its "IBus frontend"), so Qt's own plugin for IBus types through fcitx5. Qt does not try that by
itself: it takes the modules of ``QT_IM_MODULES`` in order, or the one of ``QT_IM_MODULE``, and without
either none at all on an X screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bayescore.session_bus import running

MODULES = "QT_IM_MODULES"
FCITX, IBUS = "fcitx", "ibus"
_MODULE = "QT_IM_MODULE"
_FCITX_SERVICES = frozenset({"org.fcitx.Fcitx5", "org.fcitx.Fcitx"})
_IBUS_SERVICE = "org.freedesktop.IBus"  # of IBus, or of the IBus frontend of fcitx5
_NOT_IN_QT_6 = ("", "xim")
_WORD = re.compile(r"fcitx|ibus")


@dataclass(frozen=True)
class InputMethod:
    """The input method of a desktop.

    Attributes
    ----------
    wanted
        ``"fcitx"``, ``"ibus"``, or ``""`` when the desktop has neither.
    modules
        Value of ``QT_IM_MODULES`` with which Qt reaches it; ``None`` to leave Qt's settings as they are.
    is_running
        Whether the wanted one runs.
    is_reachable
        Whether Qt reaches it: something answers as IBus does, or a Wayland compositor may pass on the keys.
    """

    wanted: str
    modules: str | None
    is_running: bool
    is_reachable: bool


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether there is a desktop of the kind whose input methods are known here."""
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def find(environment: Mapping[str, str]) -> InputMethod:
    """Find the input method of the desktop from the environment variables and the running services."""
    services = running({*_FCITX_SERVICES, _IBUS_SERVICE}, environment)
    found = FCITX if services & _FCITX_SERVICES else IBUS if _IBUS_SERVICE in services else ""
    chosen = environment.get(MODULES) or environment.get(_MODULE, "")
    wanted = _named(environment, chosen, found)
    is_running = bool(wanted) and found == wanted
    return InputMethod(
        wanted,
        _modules(environment, chosen, wanted),
        is_running=is_running,
        is_reachable=_IBUS_SERVICE in services or (is_running and _is_wayland(environment)),
    )


def _named(environment: Mapping[str, str], chosen: str, found: str) -> str:
    """The input method that the environment variables name, or the running one."""
    if chosen not in _NOT_IN_QT_6:
        word = _WORD.search(chosen)
        return word[0] if word is not None else ""  # such as "compose"
    for name in ("XMODIFIERS", "GTK_IM_MODULE"):
        if (word := _WORD.search(environment.get(name, ""))) is not None:
            return word[0]
    return found


def _modules(environment: Mapping[str, str], chosen: str, wanted: str) -> str | None:
    if chosen not in _NOT_IN_QT_6:
        names = [name for name in chosen.split(";") if name]
        needs_ibus = IBUS not in names and any(name.startswith(FCITX) for name in names)
        return ";".join([*names, IBUS]) if needs_ibus else None
    if wanted == FCITX:
        # Many compositors pass keys to the input method themselves; Qt asks them first.
        return f"wayland;{FCITX};{IBUS}" if _is_wayland(environment) else f"{FCITX};{IBUS}"
    return IBUS if wanted == IBUS and not _is_wayland(environment) else None


def _is_wayland(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("WAYLAND_DISPLAY")) and environment.get("QT_QPA_PLATFORM") != "xcb"
