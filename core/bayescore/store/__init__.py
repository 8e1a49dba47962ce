"""What happened: jobs, trials, points and events in one SQLite file.

A name is imported when it is first used: the window is shown before SQLAlchemy is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bayescore.store import (
        events,
        free_gpus,
        jobs,
        points,
        queue,
        requests,
        revisions,
        settings,
        transfers,
        trials,
    )
    from bayescore.store.curve_records import CurveRecord, EndForecast, StopCause
    from bayescore.store.data_folder import DataFolder
    from bayescore.store.database import ChangeWatch, Database
    from bayescore.store.records import (
        IMPORTED,
        MEASURED,
        Event,
        Forecast,
        InPlace,
        Input,
        Job,
        JobFigures,
        JobSummary,
        NewPoints,
        Point,
        Request,
        Submission,
        Trial,
        Uncopied,
    )
    from bayescore.store.states import STATE_NAMES, IllegalMoveError, JobState, TrialState

__all__ = [
    "STATE_NAMES",
    "ChangeWatch",
    "CurveRecord",
    "EndForecast",
    "StopCause",
    "DataFolder",
    "Database",
    "Event",
    "Forecast",
    "IllegalMoveError",
    "InPlace",
    "Input",
    "Job",
    "JobFigures",
    "JobSummary",
    "JobState",
    "IMPORTED",
    "MEASURED",
    "Submission",
    "NewPoints",
    "Point",
    "Trial",
    "TrialState",
    "Uncopied",
    "Request",
    "jobs",
    "events",
    "requests",
    "revisions",
    "settings",
    "free_gpus",
    "transfers",
    "points",
    "queue",
    "trials",
]

_MODULES = {
    "curve_records": "CurveRecord EndForecast StopCause",
    "data_folder": "DataFolder",
    "database": "ChangeWatch Database",
    "records": (
        "IMPORTED MEASURED Event Forecast InPlace Input Job JobFigures JobSummary NewPoints Point Request "
        "Submission Trial Uncopied"
    ),
    "states": "STATE_NAMES IllegalMoveError JobState TrialState",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULE_OF.get(name, name)}")
    found = getattr(module, name) if name in _MODULE_OF else module
    globals()[name] = found
    return found
