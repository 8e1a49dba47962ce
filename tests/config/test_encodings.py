"""Settings files in GB18030 and UTF-16 are recognised and converted; the original is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.conversion import convert_file
from bayescore.config.encodings import NotUtf8Error, chinese_lines, converted, encoding_of
from bayescore.config.load import read_utf8

TEXT = "# 训练与验证，一次\r\ncommand: python main.py\r\nenv: python-3.11  # “环境”\r\n"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_that_a_file_is_converted_without_a_loss_and_the_original_is_kept(
    encoding: str, tmp_path: Path
) -> None:
    file = tmp_path / "openbayes.yaml"
    file.write_bytes(TEXT.encode(encoding))
    with pytest.raises(NotUtf8Error) as refused:
        read_utf8(file)
    assert refused.value.encoding == encoding
    assert "bayesdesk check --convert" in str(refused.value)
    kept = convert_file(refused.value)
    assert read_utf8(file) == TEXT.encode()
    assert kept.read_bytes() == TEXT.encode(encoding)
    file.write_bytes(TEXT.encode(encoding))
    assert convert_file(refused.value) != kept


@pytest.mark.parametrize("content", [b"\xff\x00\x81", "naïve café".encode("latin-1"), b"\xfe\xff\xd8"])
def test_that_other_bytes_are_not_taken_for_chinese(content: bytes, tmp_path: Path) -> None:
    assert encoding_of(content) is None
    file = tmp_path / "openbayes.yaml"
    file.write_bytes(content)
    with pytest.raises(NotUtf8Error) as refused:
        read_utf8(file)
    with pytest.raises(NotUtf8Error):
        convert_file(refused.value)
    assert file.read_bytes() == content


def test_that_the_lines_to_look_at_are_those_with_chinese_text() -> None:
    lines = chinese_lines(converted(TEXT.encode("gb18030"), "gb18030"), 5)
    assert lines == ["# 训练与验证，一次", "env: python-3.11  # “环境”"]
