"""A trial's folder whose metrics are read, without a job: the test writes what a program would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bayescore.config import MetricSource, SourceKind
from bayescore.listener import Report, read_spool
from bayescore.metrics import Collector, Watched
from bayescore.trials import TrialFolder


class Observed:
    """A trial with sources of metrics, such as ``{"csv": "results.csv"}``."""

    def __init__(self, root: Path, *sources: dict[str, Any], wanted: tuple[str, ...] = ("loss",)) -> None:
        self.folder = TrialFolder(root / "trial")
        self.baseline = root / "snapshot"
        for folder in (self.folder.output, self.folder.spool, self.baseline):
            folder.mkdir(parents=True, exist_ok=True)
        self._watched = Watched(
            tuple(_source(source) for source in sources), wanted, self.folder, (self.baseline,)
        )
        self.restart()

    def restart(self) -> None:
        """Read on in another engine."""
        self.collector = Collector(self._watched)

    def write(self, file: str, content: str | bytes, *, append: bool = False) -> Path:
        """Write a file of the output."""
        path = self.folder.output / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if append else "wb") as opened:
            opened.write(content if isinstance(content, bytes) else content.encode())
        return path

    def print(self, content: str | bytes) -> None:
        """Append to the log."""
        with self.folder.log.open("ab") as log:
            log.write(content if isinstance(content, bytes) else content.encode())

    def look(self, *, is_last: bool = False) -> dict[str, list[float]]:
        """Look once; all values so far, by metric."""
        self.collector.look(is_last=is_last)
        return self.values()

    def values(self) -> dict[str, list[float]]:
        """What the spool has: all values so far, by metric."""
        found: dict[str, list[float]] = {}
        for report in self._reports():
            for name, value in report.values:
                found.setdefault(name, []).append(value)
        return found

    def _reports(self) -> list[Report]:
        reports, offset = [], 0
        while (part := read_spool(self.folder.spool / "points.jsonl", offset)).lines:
            assert len(part.reports) == len(part.lines), "a line was refused"
            reports += part.reports
            offset = part.lines[-1].end
        return reports

    def notes(self) -> dict[str, str]:
        """Notes for the trial's author, by kind."""
        return {note.kind: str(note.message) for note in self.collector.notes}


def _source(written: dict[str, Any]) -> MetricSource:
    (kind,) = [kind for kind in SourceKind if kind in written]
    return MetricSource(kind=kind, value=written[kind], rename=written.get("rename", {}))
