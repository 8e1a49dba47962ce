"""What the system refuses is said in the user's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.files import reason_of
from bayescore.i18n import Text


def test_that_a_name_that_is_taken_is_a_reason_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError) as caught:
        tmp_path.mkdir()
    reason = reason_of(caught.value)
    assert isinstance(reason, Text)
    assert reason.render("en") == "a file or folder with this name exists already"
    assert reason.render("zh") == "已有同名的文件或文件夹"
