"""The environment of the person who started a job, as it applies to a node of the cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# These say where a program runs and as whom, which is the node's to say.
_OF_NODE = {
    *("DISPLAY", "HOME", "HOST", "HOSTNAME", "LOGNAME", "MAIL"),
    *("SHELL", "TEMP", "TMP", "TMPDIR", "USER", "XAUTHORITY"),
}
_OF_NODE_PREFIXES = ("XDG_", "DBUS_", "SSH_", "WAYLAND_", "RAY_", "BAYESDESK_")


def on_this_node(
    inherited: Mapping[str, str] | None, own: Mapping[str, str] = os.environ
) -> dict[str, str] | None:
    """The variables of a job, with those that a node decides itself.

    The node's ``PATH`` comes first, because ``python`` is the interpreter of the environment in which Ray
    was started; folders that exist on both follow.
    """
    if inherited is None:
        return None
    here = {name: value for name, value in own.items() if _is_of_node(name)}
    theirs = {name: value for name, value in inherited.items() if not _is_of_node(name)}
    folders = [f for f in inherited.get("PATH", "").split(os.pathsep) if f and Path(f).is_dir()]
    path = os.pathsep.join(dict.fromkeys([*own.get("PATH", os.defpath).split(os.pathsep), *folders]))
    return {**theirs, **here, "PATH": path}


def _is_of_node(name: str) -> bool:
    return name in _OF_NODE or name.startswith(_OF_NODE_PREFIXES)
