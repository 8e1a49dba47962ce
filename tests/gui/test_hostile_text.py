"""Names, values, logs and files of others in the window: shown as they are, in bounded time."""

from __future__ import annotations

import ast
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

import bayesdesk
from bayescore.notify.desktop import without_markup
from bayescore.store import JobState, jobs, trials
from bayescore.store.states import TrialState
from bayesdesk.editor.completion import place_of
from bayesdesk.services.ansi import Style, segments
from bayesdesk.services.log_tail import output_files, plain, read_part
from bayesdesk.services.previews import preview
from bayesdesk.services.project_words import metric_names
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.yaml_highlighter import YamlHighlighter
from bayesdesk.window import MainWindow
from support.builders import FILE, a_submission
from support.window import WAIT_MS
from support.workspace import Workspace

LIMIT_S = 10.0
MARKUP = "<b>bold</b><img src='http://nowhere.invalid/x'>"


def test_that_words_of_others_are_no_markup_anywhere_in_a_window(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    named = FILE.replace("name: x", "name: x<b>bold</b>").replace("score", "<b>bold</b>")
    with workspace.database().write() as connection:
        submission = a_submission(named, name=MARKUP, message=MARKUP, project=f"/{MARKUP}")
        job = jobs.add_imported(connection, submission, JobState.SUCCEEDED, 2, None, None)
        for number in (1, 2):
            value = {submission.config.hyper_tuning.parameter_specs[0].name: 0.5}
            trials.add_imported(connection, job.id, number, value, TrialState.SUCCEEDED, 0.5, None, None)
            trials.annotate(connection, job.id, number, MARKUP)
    qtbot.waitUntil(lambda: len(window.rows) == 1, timeout=WAIT_MS)
    window.show_job(job.id)
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page is not None
    window.job_page.model.select(1)
    qtbot.waitUntil(lambda: any(MARKUP in w for w in _labels(window)), timeout=WAIT_MS)
    for widget in (window, *window.findChildren(QWidget)):
        _assert_plain(widget.toolTip(), widget)
        if isinstance(widget, QLabel) and "bold" in widget.text():
            assert widget.textFormat() is Qt.TextFormat.PlainText, widget.text()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for index in _indexes(widget.model()):
                _assert_plain(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""), widget)


def _labels(window: QWidget) -> list[str]:
    return [each.text() for each in window.findChildren(QLabel)]


def _indexes(model: QAbstractItemModel) -> list[QModelIndex]:
    columns = 1 if isinstance(model, QAbstractListModel) else min(model.columnCount(), 20)
    rows = min(model.rowCount(), 50)
    return [model.index(r, c) for r in range(rows) for c in range(columns)]


def _assert_plain(tip: str, where: QWidget) -> None:
    if GuiQt.mightBeRichText(tip):
        assert "<b>" not in tip, (where, tip)
        assert "<img" not in tip, (where, tip)


def test_that_every_tool_tip_goes_through_what_makes_it_plain() -> None:
    root = Path(bayesdesk.__file__).parent
    wrong = []
    for file in sorted(root.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                tips = call.func.attr == "setToolTip"
                said = call.func.attr in ("showMessage", "showText")
                words = call.args[-1:] if tips else call.args[:2] if said else []
                wrong += [f"{file.name}:{call.lineno}" for each in words if not _is_harmless(each)]
    assert wrong == []


def _is_harmless(node: ast.expr) -> bool:
    """Whether an argument is our own text, or has gone through one of the two functions."""
    if isinstance(node, ast.IfExp):
        return _is_harmless(node.body) and _is_harmless(node.orelse)
    if isinstance(node, ast.BoolOp):
        return all(_is_harmless(value) for value in node.values)
    if isinstance(node, ast.Constant):
        return True
    name = node.func if isinstance(node, ast.Call) else None
    if isinstance(node, ast.Call) and isinstance(name, ast.Name):
        fixed = all(k.arg == "count" for k in node.keywords)
        return name.id in ("as_text", "without_markup") or (name.id == "_" and fixed)
    return isinstance(name, ast.Attribute) and name.attr in ("globalPos", "mapToGlobal", "_words")


def test_that_a_notification_holds_no_markup_and_no_control_codes() -> None:
    assert without_markup(f"{MARKUP}&amp;\x1b[2J\u202e\nx") == (
        "‹b›bold‹/b›‹img src='http://nowhere.invalid/x'›＆amp;[2J\nx"
    )
    assert len(without_markup("x" * 10_000)) == 500
    assert as_text("plain") == "plain"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07a\x1b]8;;x\x1b\\b", "ab"),
        ("\x1b[2Ja\x1b[?25hb\x9b31mc\x7f", "ab31mc"),
        ("\x1b]no end\nkept", "]no end\nkept"),
        ("\x1b[" + "1;" * 100 + "m", "[" + "1;" * 100 + "m"),
        ("1 %\r2 %\r\nx", "2 %\nx"),
    ],
)
def test_that_a_log_keeps_its_colours_and_no_other_codes(written: str, seen: str) -> None:
    assert plain(written) == seen


@pytest.mark.parametrize(
    "part", ["\x1b]", "\x1b[", "\x1b", "\x1b[;", "\x1b[0 ", "\x1b]0;x\x1b", "\x1b[1m", "\r", "x"]
)
def test_that_a_log_of_codes_is_read_in_bounded_time(part: str) -> None:
    began = time.process_time()
    segments(plain(part * 100_000), Style())
    segments("\x1b[" + ";" * 1_000_000 + "m", Style())
    segments("\x1b[" + "9" * 1_000_000 + "m", Style())
    assert time.process_time() - began < LIMIT_S


def test_that_a_log_is_never_cut_within_a_letter_or_a_code(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    content = "训é\x1b[31mred\x1b[0m\n".encode()
    for cut in range(1, len(content)):
        file.write_bytes(content[:cut])
        first = read_part(file, 0)
        file.write_bytes(content)
        rest = read_part(file, first.offset)
        assert first.text + rest.text == content.decode()


def test_that_long_lines_are_broken_before_they_are_laid_out() -> None:
    assert max(map(len, plain("x" * 1_000_000).split("\n"))) == 2000
    assert plain("x" * 2000 + "\ny") == "x" * 2000 + "\ny"


def test_that_a_log_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log.txt")
    with pytest.raises(OSError, match="not a regular file"):
        read_part(tmp_path / "log.txt", None)
    with pytest.raises(OSError, match="not a regular file"):
        preview(tmp_path / "log.txt")


def test_that_a_drawing_is_shown_as_its_text_whatever_it_is_called(tmp_path: Path) -> None:
    nested = "".join(f'<g id="g{i}">' + f'<use href="#g{i - 1}"/>' * 10 + "</g>" for i in range(1, 12))
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><defs><rect id="g0"/>{nested}</defs><use href="#g11"/></svg>'
    for name in ("a.svg", "a.png"):
        (tmp_path / name).write_text(drawing)
        shown = preview(tmp_path / name)
        assert shown.picture is None
        assert shown.text is not None
        assert shown.text.startswith("<svg")


def test_that_a_picture_of_absurd_size_is_not_unpacked(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 2501 * 20_000))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b""))
    assert preview(tmp_path / "a.png").picture is None
    QImage(20, 10, QImage.Format.Format_RGB32).save(str(tmp_path / "b.png"))
    picture = preview(tmp_path / "b.png").picture
    assert picture is not None
    assert picture.width() == 20


def test_that_outputs_of_any_depth_and_kind_are_listed(tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    here = tmp_path
    for _ in range(400):
        here = here / "d"
    here.mkdir(parents=True)
    (here / "deep.txt").write_text("x")
    names = [file.name for file in output_files(tmp_path, tmp_path / "none")]
    assert names == ["d/" * 400 + "deep.txt", "here.txt"]


def test_that_programs_are_searched_for_metrics_within_limits(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("log_metric('score', 1)\n" + "log_metric(" * 50_000 + " " * 400_000)
    os.mkfifo(tmp_path / "b.py")
    (tmp_path / "c.py").symlink_to("/dev/zero")
    assert metric_names(tmp_path) == ["score"]


@pytest.mark.parametrize("line", ["a " * 100_000, "-" * 200_000, "'" * 200_000, "a" * 200_000 + " b"])
def test_that_a_long_line_in_the_editor_takes_bounded_time(qapp: object, line: str) -> None:
    began = time.process_time()
    document = QTextDocument(line)
    YamlHighlighter(document).rehighlight()
    place_of([line], 0, len(line))
    assert time.process_time() - began < LIMIT_S
