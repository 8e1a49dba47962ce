"""A filled data folder, and what it contains."""

from __future__ import annotations

from bayescore.store import Database, DataFolder, NewPoints, jobs, points, trials
from support.builders import a_submission

TRIALS, POINTS = 40, 200


def fill(database: Database, name: str = "filled") -> str:
    """Add a job with trials, points and files; return its id."""
    writer = points.PointWriter()
    with database.write() as connection:
        job = jobs.add(connection, a_submission(name=name))
        for number in range(1, TRIALS + 1):
            trial = trials.add(connection, job.id, number, {"x": number / 100}, "search")
            values = tuple(("score", float(i)) for i in range(POINTS))
            writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
    snapshot = database.folder.snapshot(job.id)
    snapshot.mkdir(parents=True)
    (snapshot / "main.py").write_text("print(1)")
    (snapshot / "trials" / "one" / "output").mkdir(parents=True)  # a folder of the project
    (snapshot / "trials" / "one" / "output" / "kept.txt").write_text("kept")
    trial_folder = database.folder.trial(job.id, 1)
    (trial_folder / "output").mkdir(parents=True)
    (trial_folder / "output" / "weights.bin").write_bytes(b"w" * 5000)
    (trial_folder / "output" / "newest").symlink_to("weights.bin")
    (trial_folder / "output" / "elsewhere").symlink_to("/etc/hostname")
    (trial_folder / "log.txt").write_text("a line\n")
    return job.id


def content(folder: DataFolder) -> tuple[list[str], int, int]:
    """Ids of the jobs, number of trials, number of points."""
    database = Database(folder).open()
    try:
        with database.read() as connection:
            found = jobs.every(connection)
            count = sum(len(trials.of_job(connection, j.id)) for j in found)
            return [j.id for j in found], count, sum(points.count(connection, j.seq) for j in found)
    finally:
        database.close()
