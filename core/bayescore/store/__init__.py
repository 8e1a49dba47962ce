"""What happened: jobs, trials, points and events in one SQLite file."""

from bayescore.store import jobs, notes, points, trials
from bayescore.store.database import ChangeWatch, Database
from bayescore.store.folder import DataFolder
from bayescore.store.records import (
    IMPORTED,
    Event,
    Foresight,
    Input,
    Job,
    NewJob,
    NewPoints,
    Point,
    Trial,
    Want,
)
from bayescore.store.states import STATE_NAMES, IllegalMoveError, JobState, TrialState

__all__ = [
    "STATE_NAMES",
    "ChangeWatch",
    "DataFolder",
    "Database",
    "Event",
    "Foresight",
    "IllegalMoveError",
    "Input",
    "Job",
    "JobState",
    "IMPORTED",
    "NewJob",
    "NewPoints",
    "Point",
    "Trial",
    "TrialState",
    "Want",
    "jobs",
    "notes",
    "points",
    "trials",
]
