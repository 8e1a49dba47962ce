"""Where the metrics of a trial came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bayescore.i18n import Text, n_, text
from bayescore.metrics import read_summary
from bayescore.store import Database, Job, Trial, points

_REPORTED = "openbayestool"


@dataclass(frozen=True)
class Origin:
    """A source, as ``openbayes.local.yaml`` writes it, and its number of values by metric."""

    source: str
    found: Mapping[str, int]

    def __str__(self) -> str:
        if not self.found:
            return str(text("{source}: nothing was found", source=self.source))
        counted = (
            n_("{metric} ({count} value)", "{metric} ({count} values)", count=count, metric=name)
            for name, count in self.found.items()
        )
        return f"{self.source}: {', '.join(counted)}"


def origins(database: Database, job: Job, trial: Trial) -> tuple[Origin, ...]:
    """The sources of a trial in the order of the file; last, what the program itself has reported."""
    with database.read() as connection:
        stored = points.counts(connection, trial)
    found = read_summary(database.folder.trial(job.id, trial.number)).found
    sources = dict.fromkeys(str(source) for source in job.local.metrics)
    read = [Origin(source, found.get(source, {})) for source in sources]
    rest = {name: count - sum(origin.found.get(name, 0) for origin in read) for name, count in stored.items()}
    reported = {name: count for name, count in rest.items() if count > 0}
    return (*read, *([Origin(_REPORTED, reported)] if reported or not read else []))


def heading(trial: Trial) -> Text:
    """What the list of a trial's sources is called."""
    return text("Metrics of trial {number}, by source:", number=trial.number)
