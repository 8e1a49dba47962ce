"""What happened: jobs, trials, points and events in one SQLite file."""

from bayescore.store import events, jobs, points, requests, revisions, settings, transfers, trials
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import ChangeWatch, Database
from bayescore.store.records import (
    IMPORTED,
    Event,
    Forecast,
    Input,
    Job,
    JobFigures,
    JobSummary,
    NewPoints,
    Point,
    Request,
    Submission,
    Trial,
)
from bayescore.store.states import STATE_NAMES, IllegalMoveError, JobState, TrialState

__all__ = [
    "STATE_NAMES",
    "ChangeWatch",
    "DataFolder",
    "Database",
    "Event",
    "Forecast",
    "IllegalMoveError",
    "Input",
    "Job",
    "JobFigures",
    "JobSummary",
    "JobState",
    "IMPORTED",
    "Submission",
    "NewPoints",
    "Point",
    "Trial",
    "TrialState",
    "Request",
    "jobs",
    "events",
    "requests",
    "revisions",
    "settings",
    "transfers",
    "points",
    "trials",
]
