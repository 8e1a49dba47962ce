"""Chinese is typed into the real window with real input methods, on a desktop session of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.desktop_session import WORDS, require, session, typing_with
from support.workspace import Workspace

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

_SCRIPT = Path(__file__).with_name("typing_script.py")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("fcitx", {"QT_IM_MODULE": "fcitx", "XMODIFIERS": "@im=fcitx", "GTK_IM_MODULE": "fcitx"}),
        ("fcitx", {}),
        ("ibus", {}),
    ],
    ids=["fcitx", "fcitx, which only runs", "ibus, which only runs"],
)
def test_that_chinese_is_typed_into_the_editor_a_note_and_a_search_field(
    name: str, settings: dict[str, str], workspace: Workspace
) -> None:
    require(name)
    keys, text = WORDS[name]
    file = workspace.write()
    workspace.insert()
    with session() as environment, typing_with(name, environment):
        environment |= settings | {"BAYESDESK_HOME": str(workspace.data.root)}
        command = [sys.executable, str(_SCRIPT), str(file), keys, text]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"editor": f"# {text}", "search": text, "note": text}
