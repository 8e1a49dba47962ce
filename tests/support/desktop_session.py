"""A desktop session of its own: a screen, a D-Bus daemon and a real input method."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bayescore.session_bus import running
from support.virtual_screen import virtual_screen
from support.workspace import wait_until

_FCITX_PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=wbx

[Groups/0/Items/0]
Name=wbx
Layout=

[GroupOrder]
0=Default
"""
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "BAYESDESK_HOME", "COVERAGE_PROCESS_START")
_PROGRAMS = {"fcitx": ("fcitx5",), "ibus": ("ibus", "ibus-daemon"), "": ()}
_ENGINES = {  # that type Chinese
    "fcitx": "/usr/share/fcitx5/inputmethod/wbx.conf",
    "ibus": "/usr/share/ibus/component/libpinyin.xml",
    "": "/",
}
WORDS = {
    "fcitx": ("khyy", "中文"),
    "ibus": ("zhongwen", "中文"),
}  # keys in Wubi and in Pinyin, and their text


def require(name: str = "") -> None:
    """Skip a test without an input method or a desktop session; on CI, where they are installed, it fails."""
    missing = [p for p in ("Xvfb", "dbus-daemon", *_PROGRAMS[name]) if shutil.which(p) is None]
    missing += [] if Path(_ENGINES[name]).exists() else [_ENGINES[name]]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{', '.join(missing)} is not installed")
    assert not missing


@contextmanager
def session() -> Iterator[dict[str, str]]:
    """The environment of a session with a screen, a D-Bus daemon, and a home that is empty.

    The home has a short path: it becomes part of the addresses of sockets, which have at most 107 characters.
    """
    with TemporaryDirectory(prefix="im-") as folder, _session(Path(folder)) as environment:
        yield environment


@contextmanager
def _session(folder: Path) -> Iterator[dict[str, str]]:
    home, own = folder / "home", folder / "runtime"
    home.mkdir(parents=True)
    own.mkdir(mode=0o700)
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_RUNTIME_DIR": str(own),
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "xcb",
    }
    with ExitStack() as ended:
        environment["DISPLAY"] = ended.enter_context(virtual_screen(environment=environment))
        read, write = os.pipe()
        command = ["dbus-daemon", "--session", "--nofork", f"--print-address={write}"]
        _start(ended, command, environment, write)
        os.close(write)
        with os.fdopen(read) as address:
            environment["DBUS_SESSION_BUS_ADDRESS"] = address.readline().strip()
        yield environment


@contextmanager
def typing_with(name: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Run an input method in a session, ``"fcitx"`` or ``"ibus"``."""
    with ExitStack() as ended:
        if name == "fcitx":
            profile = Path(environment["XDG_CONFIG_HOME"]) / "fcitx5" / "profile"
            profile.parent.mkdir(parents=True)
            profile.write_text(_FCITX_PROFILE, encoding="utf-8")
            _start(ended, ["fcitx5", "--disable=wayland,waylandim,notifications"], environment)
            _wait_for({"org.fcitx.Fcitx5", "org.freedesktop.IBus"}, environment)
        else:
            _start(ended, ["ibus-daemon", "--panel=disable", "--replace"], environment)
            _wait_for({"org.freedesktop.IBus"}, environment)
            wait_until(lambda: _uses_pinyin(environment), "ibus does not start its engine")
        yield


def _uses_pinyin(environment: Mapping[str, str]) -> bool:
    command = ["ibus", "engine"]
    # its exit code is 1 when it cannot set a layout of the keyboard
    subprocess.run([*command, "libpinyin"], env=environment, capture_output=True, timeout=60)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() == "libpinyin"


def _wait_for(services: set[str], environment: Mapping[str, str]) -> None:
    wait_until(lambda: running(services, environment) == services, f"{services} do not start")


def _start(ended: ExitStack, command: list[str], environment: Mapping[str, str], *passed: int) -> None:
    process = subprocess.Popen(
        command, env=environment, pass_fds=passed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def end() -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)

    ended.callback(end)
