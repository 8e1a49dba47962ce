"""The catalogue of translations.

``update`` merges new messages into it, ``check`` finds messages without a translation, ``compile`` writes
the file that the program reads.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "resources" / "translations" / "zh" / "LC_MESSAGES" / "bayesdesk.po"
HEADER = "# Chinese messages of Bayesdesk."
COMPILED = CATALOGUE.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None, "text": None, "ntext": (1, 2), "n_": (1, 2)}


def extracted() -> Catalog:
    """All messages in the source."""
    found = Catalog(project="Bayesdesk", charset="utf-8")
    for root in ("core/bayescore", "desktop/bayesdesk"):
        for name, line, message, _, _ in extract_from_dir(
            ROOT / root, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            if message:
                found.add(message, locations=[(f"{root}/{name}", line)])
    return found


def existing() -> Catalog:
    """The current catalogue."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def update() -> int:
    """Merge new messages and drop those no longer in the source."""
    catalogue = existing()
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment, catalogue.fuzzy = HEADER, False
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Bayesdesk", "", ""
    catalogue.last_translator = catalogue.language_team = ""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False)
    return 0


def check() -> int:
    """1 when a message has no translation, or one with different fields."""
    catalogue = existing()
    wrong = []
    for message in extracted():
        if not message.id:
            continue
        entry = catalogue.get(message.id)
        sources, translations = _forms(message.id), _forms(entry.string if entry is not None else "")
        if not all(translations):
            wrong.append(f"not translated: {sources[0]!r} ({message.locations[0][0]})")
        elif any(_fields(each) != _fields(sources[-1]) for each in translations):
            wrong.append(f"different fields: {sources[0]!r} → {translations[0]!r}")
    for line in wrong:
        print(line)
    print(f"translations: {len(list(extracted()))} messages, {len(wrong)} to fix")
    return 1 if wrong else 0


def compile_() -> int:
    """Write the compiled catalogue if it is older than its source."""
    if COMPILED.exists() and COMPILED.stat().st_mtime_ns == CATALOGUE.stat().st_mtime_ns:
        return 0
    source = CATALOGUE.stat()
    partial = COMPILED.with_name(f"{COMPILED.name}.{os.getpid()}")
    with partial.open("wb") as file:
        write_mo(file, existing())
    os.utime(partial, ns=(source.st_mtime_ns, source.st_mtime_ns))
    partial.replace(COMPILED)
    return 0


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """All plural forms of a message; one for a message without a count."""
    return (text,) if isinstance(text, str) else tuple(text)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


if __name__ == "__main__":
    sys.exit({"update": update, "check": check, "compile": compile_}[sys.argv[1]]())
