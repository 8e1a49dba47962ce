"""Reduces the size of a bundle on Linux: removes debug symbols and unused ICU language data."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

# Libraries patched by auditwheel or Qt for Python: strip would break their layout.
_NOT_STRIPPED = (".libs/", "PySide6/", "shiboken6/")
_LANGUAGES = ("root", "en", "zh")
_UNUSED_TREES = ("curr/", "lang/", "rbnf/", "region/", "translit/", "unit/")


def reduce_size(folder: Path, work: Path) -> None:
    """Strip the libraries below a folder and reduce Qt's 31 MB of ICU data."""
    for library in folder.rglob("*.so*"):
        if library.is_symlink() or any(part in library.as_posix() for part in _NOT_STRIPPED):
            continue
        subprocess.run(["strip", "--strip-unneeded", str(library)], capture_output=True)
    for library in folder.rglob("libicudata.so.*"):
        if not library.is_symlink():
            _slim_icu(library, work / "icu")


def _slim_icu(library: Path, work: Path) -> None:
    """Rebuild the library with the data of English and Chinese only.

    ICU stores its data as one constant, ``icudtNN_dat``, and falls back to ``root`` for a missing
    language (ICU User Guide, chapter "ICU Data").
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    number = library.name.rpartition(".")[2]
    name, package = f"icudt{number}_dat", work / f"icudt{number}l.dat"
    start, size = _place_of(library, name)
    package.write_bytes(library.read_bytes()[start : start + size])
    items = subprocess.run(
        ["icupkg", "-l", package], check=True, capture_output=True, text=True
    ).stdout.split()
    removed = work / "removed.txt"
    removed.write_text("\n".join(item for item in items if not _is_used(item)), encoding="utf-8")
    small = work / "small.dat"
    subprocess.run(["icupkg", "-r", removed, package, small], check=True)
    source = work / "data.s"
    source.write_text(
        f'.globl {name}\n.section .rodata\n.balign 4096\n.type {name}, @object\n{name}:\n.incbin "{small}"\n'
        f".size {name}, . - {name}\n.section .note.GNU-stack\n",
        encoding="utf-8",
    )
    subprocess.run(
        ["cc", "-shared", "-nostdlib", f"-Wl,-soname,{library.name}", "-o", library, source], check=True
    )


def _place_of(library: Path, symbol: str) -> tuple[int, int]:
    """Offset and size of a constant; in a data-only library addresses equal file offsets."""
    table = subprocess.run(["nm", "-D", "-S", library], check=True, capture_output=True, text=True).stdout
    for line in table.splitlines():
        start, *size, _kind, name = line.split()
        if name == symbol and size:
            return int(start, 16), int(size[0], 16)
    # ICU's own build records no size for the constant: it extends to the end of the section
    sections = subprocess.run(["readelf", "-SW", library], check=True, capture_output=True, text=True).stdout
    row = next(line for line in sections.splitlines() if " .rodata " in line)
    _name, _kind, _address, offset, size_text = row.partition("]")[2].split()[:5]
    return int(offset, 16), int(size_text, 16)


def _is_used(item: str) -> bool:
    if item.startswith(_UNUSED_TREES):
        return False
    _tree, _, file = item.rpartition("/")
    stem, _, kind = file.partition(".")
    if kind == "cnv":
        return stem == "gb18030"
    language = stem.partition("_")[0]
    is_language = kind == "res" and len(language) in (2, 3) and language.islower()
    return language in _LANGUAGES or not is_language
