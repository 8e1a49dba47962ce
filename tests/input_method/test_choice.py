"""Which input method is found, how Qt reaches it, and what diagnostics say about it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bayescore.app.input_method import input_method
from bayescore.config import Severity
from bayescore.input_method import find
from bayescore.session_bus import running
from support.desktop_session import require, session, typing_with

X = {"DISPLAY": ":0"}
WAYLAND = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}


@pytest.mark.parametrize(
    ("environment", "wanted", "modules"),
    [
        (X | {"QT_IM_MODULE": "fcitx"}, "fcitx", "fcitx;ibus"),
        (X | {"QT_IM_MODULE": "fcitx5"}, "fcitx", "fcitx5;ibus"),
        (X | {"XMODIFIERS": "@im=fcitx"}, "fcitx", "fcitx;ibus"),
        (X | {"GTK_IM_MODULE": "fcitx"}, "fcitx", "fcitx;ibus"),
        (X | {"QT_IM_MODULE": "xim", "XMODIFIERS": "@im=fcitx"}, "fcitx", "fcitx;ibus"),
        (X | {"XMODIFIERS": "@im=ibus"}, "ibus", "ibus"),
        (X | {"QT_IM_MODULE": "ibus", "XMODIFIERS": "@im=fcitx"}, "ibus", None),
        (X | {"QT_IM_MODULES": "wayland;fcitx", "QT_IM_MODULE": "ibus"}, "fcitx", "wayland;fcitx;ibus"),
        (X | {"QT_IM_MODULES": "fcitx;ibus"}, "fcitx", None),
        (X | {"QT_IM_MODULE": "compose", "XMODIFIERS": "@im=fcitx"}, "", None),
        (WAYLAND | {"XMODIFIERS": "@im=fcitx"}, "fcitx", "wayland;fcitx;ibus"),
        (WAYLAND | {"XMODIFIERS": "@im=fcitx", "QT_QPA_PLATFORM": "xcb"}, "fcitx", "fcitx;ibus"),
        (WAYLAND | {"XMODIFIERS": "@im=ibus"}, "ibus", None),
        (X, "", None),
    ],
)
def test_that_qt_tries_ibus_where_fcitx_is_wanted_and_keeps_what_the_user_has_chosen(
    environment: Mapping[str, str], wanted: str, modules: str | None
) -> None:
    found = find(environment)
    assert (found.wanted, found.modules) == (wanted, modules)


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere", "tcp:host=localhost", "unix:abstract=%zz"])
def test_that_no_service_runs_without_a_session(address: str) -> None:
    assert running({"org.freedesktop.DBus"}, {"DBUS_SESSION_BUS_ADDRESS": address}) == frozenset()


def test_that_the_session_names_its_running_services() -> None:
    require()
    with session() as environment:
        found = running(["org.freedesktop.DBus", "org.example.Missing", "not a name"], environment)
        assert found == {"org.freedesktop.DBus"}
        del environment["DBUS_SESSION_BUS_ADDRESS"]
        assert running(["org.freedesktop.DBus"], environment) == frozenset()


def test_that_diagnostics_say_which_input_method_is_used_and_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require("fcitx")
    with session() as environment:
        for name in ("WAYLAND_DISPLAY", "QT_IM_MODULES", "QT_IM_MODULE", "GTK_IM_MODULE"):
            monkeypatch.delenv(name, raising=False)
        for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            monkeypatch.setenv(name, environment[name])
        monkeypatch.setenv("XMODIFIERS", "@im=fcitx")
        (stopped,) = input_method()
        assert stopped.severity is Severity.WARNING
        assert "fcitx5 -d" in str(stopped.fix)
        with typing_with("fcitx", environment):
            (used,) = input_method()
            assert (used.severity, str(used.message)) == (
                Severity.OK,
                "Input method: fcitx, through its IBus frontend",
            )
        monkeypatch.delenv("DISPLAY")
        assert not list(input_method())
