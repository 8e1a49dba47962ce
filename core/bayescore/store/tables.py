"""The tables, as of the newest migration."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("project", Text, nullable=False),
    Column("file_text", Text, nullable=False),  # openbayes.yaml, byte for byte
    Column("config", Text, nullable=False),  # its settings, with the options of the command line
    Column("local", Text, nullable=False),  # settings of this machine
    Column("runner", Text, nullable=False),
    Column("endpoint", Text),  # of the container engine
    Column("image", Text),
    Column("inputs", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("max_trials", Integer, nullable=False),  # raised when the job is continued
    Column("history", Text, nullable=False),  # ids of earlier jobs whose trials the search uses
    Column("midpoint", Integer, nullable=False),  # one trial at the middle of the space, to test the setup
    Column("run_since", Text, nullable=False),  # start of the current run, judged by its own trials
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("note", Text),  # NULL for the message of the submission
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("archived", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),  # revision of the row's last change
    Column("environment", Text),  # of whoever started it; NULL for a job that keeps none
    Column("uncopied", Text, nullable=False, server_default="{}"),  # files of the project that stay in place
    Column("baseline", Integer),  # number of the trial to compare with; NULL for that of the settings
    Index("jobs_changed", "changed"),
    sqlite_autoincrement=True,
)

trials = Table(
    "trials",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job", Text, ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("exit_code", Integer),
    Column("origin", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("value", Float),
    Column("gpus", Text, nullable=False),
    Column("handle", Text),  # identifies the trial to its runner
    Column("token", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("ended_at", Text),
    Column("starred", Integer, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column("foresight", Text),  # prediction of the search for the trial
    Column("curve", Text),  # what early stopping says of it; NULL for nothing
    UniqueConstraint("job", "number"),
    Index("trials_state", "state"),
    sqlite_autoincrement=True,
)

metrics = Table(
    "metrics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

points = Table(
    "points",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("job", Integer, nullable=False),  # jobs.seq, shorter than jobs.id: there are millions of points
    Column("trial", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("metric", Integer, nullable=False),
    Column("value", Float),  # NULL stands for NaN, which SQLite cannot store
    Column("at", Float, nullable=False),  # arrival, seconds since 1970
    Index("points_job", "job"),  # followed by the row id: a cursor reads only new rows
    Index("points_trial", "trial", "metric"),
    sqlite_autoincrement=True,
)

logged_parameters = Table(
    "logged_parameters",
    metadata,
    Column("trial", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Text, nullable=False),
)

spooled = Table(
    "spooled",
    metadata,
    Column("trial", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("offset", Integer, nullable=False),  # bytes of the spool file that have been read
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("job", Text, nullable=False),
    Column("trial", Integer),  # its number
    Column("at", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("events_job", "job"),
    sqlite_autoincrement=True,
)

wants = Table(
    "wants",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("job", Text, ForeignKey("jobs.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("trial", Integer),
    Column("count", Integer),
    Column("at", Text, nullable=False),
    Column("done_at", Text),
    Column("data", Text),  # what else the request says, as JSON
    Index("wants_open", "done_at"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("gpu", Text, primary_key=True),
    Column("trial", Integer, primary_key=True),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
