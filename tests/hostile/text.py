"""Hostile text: control sequences, shell quotes, conditions."""

from __future__ import annotations

import random
from contextlib import suppress

from bayescore.cli.terminal import Shown
from bayescore.errors import ConfigError
from bayescore.results.where import condition
from bayescore.trials.local_paths import localised

_CODES = (
    b"\x1b", b"\x1b[", b"\x1b]", b"\x1b[31m", b"\x1b[0", b"m", b";", b"0", b"\x07", b"\x9b", b"\xc2\x9b", b"\xc2",
    b"\x9d", b"\xc2\x9d", b"\x1b\\", b"\x00", b"\r", b"\n", b"x", b"\xe8\xae\xad", b"\xe8\xae", b"\xff", b"\x1bP",
)  # fmt: skip
_SHELL = (
    "'",
    '"',
    "\\",
    "$(",
    ")",
    "(",
    "`",
    "#",
    " ",
    "\n",
    "/input0",
    "/input0 ",
    "/output/x",
    "a",
    ";",
    "$",
)
_WORDS = (
    "x", "value", "==", "<", ">", "and", "or", "not ", "(", ")", "-", "1", "1e999", "'a'", '"', "[", "]", ".", "**",
    "if", "else", "lambda", "{", "f'{x}'", "await", ":=", "\x00", "\ud800", "#", "\n", "9" * 5000,
)  # fmt: skip


def check(rng: random.Random) -> None:
    """Show a text on a terminal, insert folders into a command, read a condition."""
    pieces = [rng.choice(_CODES) for _ in range(rng.randrange(60))]
    shown = Shown(rng.choice(["utf-8", "latin-1", "gb18030"]))
    seen = "".join(shown.piece(piece) for piece in pieces) + shown.end()
    assert not [c for c in seen if "\x7f" <= c <= "\x9f" or (c < " " and c not in "\t\n\r\x08\x1b")], pieces
    for after in seen.split("\x1b")[1:]:  # only colours remain
        assert after.startswith("["), pieces
        assert after.lstrip("[0123456789;:").startswith("m"), pieces
    localised(
        "".join(rng.choice(_SHELL) for _ in range(rng.randrange(40))), {"input0": "/a 'b'", "output": "/o"}
    )
    source = "".join(rng.choice(_WORDS) + rng.choice([" ", ""]) for _ in range(rng.randrange(1, 30)))
    with suppress(ConfigError):
        condition(source)({"x": 1.0, "value": None})
