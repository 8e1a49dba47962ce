"""Hostile folders: links, pipes, depth, holes, unusual names and modes."""

from __future__ import annotations

import os
import random
import tempfile
from contextlib import suppress
from pathlib import Path

from bayescore.errors import BayesdeskError
from bayescore.files import remove_tree
from bayescore.files.tree import bytes_on_disk
from bayescore.store import Database, DataFolder, backup, jobs
from bayescore.store.restore import restore
from bayescore.trials import Content, snapshot, trial_folder
from support.builders import a_submission

_NAMES = (
    b"a", b"b", b"main.py", b"openbayes_params.json", b"openbayes.yaml", b".openbayesignore", b"-rf", b"...",
    b"\xff\xfe", "名".encode(), b"x" * 250, b"a\nb", b"snapshot", b"output", b"trials", b"points.jsonl",
)  # fmt: skip
_SECRET = "mine"
_PATTERNS = ("*.pt", "a*a*a*a*b", "**/x/**/y", "!a", "[", "\\", "b/", "/", "***", "?" * 300)


def grow(rng: random.Random, root: Path, outside: Path, size: int = 30) -> None:
    """Fill a folder with random entries."""
    folders = [os.fsencode(root)]
    for _ in range(rng.randrange(size)):
        place = rng.choice(folders) + b"/" + rng.choice(_NAMES)
        if os.path.lexists(place):
            continue
        kind = rng.randrange(9)
        if kind <= 1:
            os.mkdir(place)  # noqa: PTH102  names are bytes
            folders.append(place)
        elif kind <= 3:
            targets = [outside, outside / "secret", Path("/dev/zero"), Path(), Path(".."), Path("a/../..")]
            os.symlink(os.fsencode(rng.choice(targets)), place)  # noqa: PTH211
        elif kind == 4:
            os.mkfifo(place)
        elif kind == 5:
            with open(place, "wb") as file:  # noqa: PTH123
                file.truncate(rng.choice([0, 2**33]))
        else:
            with open(place, "wb") as file:  # noqa: PTH123
                lines = "\n".join(rng.choice(_PATTERNS) for _ in range(rng.randrange(4)))
                file.write(rng.choice([b"theirs", rng.randbytes(5000), lines.encode()]))
    if rng.random() < 0.1:
        _deepen(rng.choice(folders), rng.choice([300, 1200]))
    for place in folders[1:]:
        if rng.random() < 0.1:
            os.chmod(place, rng.choice([0, 0o500, 0o777]))  # noqa: PTH101


def _deepen(place: bytes, depth: int) -> None:
    at = os.open(place, os.O_RDONLY)
    for _ in range(depth):
        try:
            os.mkdir("deep", dir_fd=at)
        except FileExistsError:
            break
        below = os.open("deep", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)


def check(rng: random.Random) -> None:
    """Copy, measure, pack, unpack and remove a folder; nothing outside may change, and nothing may remain."""
    with tempfile.TemporaryDirectory(prefix="trees-") as made:
        root = Path(made)
        outside = root / "outside"
        outside.mkdir()
        (outside / "secret").write_text(_SECRET)
        for name in ("project", "seed"):
            (root / name).mkdir()
            grow(rng, root / name, outside)
        try:
            with suppress(BayesdeskError):  # a message for the user
                _use(root)
        finally:
            for name in ("project", "seed", "home", "restored"):
                remove_tree(root / name)
                assert not (root / name).exists()
        assert (outside / "secret").read_text() == _SECRET
        assert [p.name for p in outside.iterdir()] == ["secret"]


def _use(root: Path) -> None:
    database = Database(DataFolder(root / "home")).open()
    try:
        with database.write() as connection:
            job = jobs.add(connection, a_submission()).id
        data = database.folder
        snapshot.take(root / "project", data.snapshot(job))
        trial_folder.make(data.trial(job, 1), Content(1, data.snapshot(job), {"x": 1}, root / "seed"))
        params = data.trial(job, 1) / "output" / "openbayes_params.json"
        assert not params.is_symlink()
        assert '"x": 1' in params.read_text()
        trial_folder.is_touched(data.trial(job, 1), 1)
        assert bytes_on_disk(data.job(job)) < 2**30
        backup.make(database, root / "b.tar", outputs=True)
    finally:
        database.close()
    restore(DataFolder(root / "restored"), root / "b.tar")
