"""Forged backups."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from bayescore.store import Database, DataFolder, backup


def forge_backup(folder: DataFolder, file: Path, *statements: str) -> Path:
    """A backup of a store that was changed by SQL statements."""
    with closing(sqlite3.connect(folder.database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    database = Database(folder)
    backup.make(database, file)
    database.close()
    return file


def add_members(file: Path, *members: tarfile.TarInfo) -> Path:
    """Add members to a backup; the content of a regular file is its name."""
    with tarfile.open(file, "a") as archive:
        for member in members:
            content = member.name.encode() if member.isreg() else b""
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def a_member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member
