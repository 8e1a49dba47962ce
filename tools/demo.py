"""``make demo``: tunes a copy of the example project and writes the best parameters to its file."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from bayescore.app.new_project import example_names
from bayescore.config import Goal, load_file
from bayescore.resources import resource

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "build" / "demo"
BAYESDESK = [sys.executable, "-m", "bayescore"]


def main() -> int:
    """Copy the example, run the job, write the result; return the exit code of the first step that fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", choices=["process", "docker"], default="process")
    parser.add_argument("--image", default="bayesdesk-demo")
    parser.add_argument("--example", choices=example_names(), default="digits")
    options = parser.parse_args()
    if options.runner == "docker" and not _has_image(options.image):
        dockerfile = ROOT / "resources" / "examples" / "digits" / "Dockerfile"
        print(f"The demo needs a Docker image {options.image} with Python and scikit-learn. Build it:")
        print(f"  docker build -t {options.image} - < {dockerfile}")
        return 2
    config = load_file(resource("examples", options.example, "openbayes.yaml")).config
    assert config is not None
    tuning = config.hyper_tuning
    shutil.rmtree(PROJECT, ignore_errors=True)
    example = [*BAYESDESK, "init", "--from", options.example, "--folder", str(PROJECT)]
    run = [*BAYESDESK, "gear", "run", "hypertuning", "--project", str(PROJECT), "--runner", options.runner]
    run += ["--seed", "0", *(["--image", options.image] if options.runner == "docker" else [])]
    write = [*BAYESDESK, "export", "last", "--into", str(PROJECT / "openbayes.yaml"), "--yes"]
    for title, command in (
        ("Create an example project", example),
        (f"Run {tuning.max_job_count} trials, {tuning.parallel_count} at a time", run),
        ("Write the best parameters to openbayes.yaml", write),
    ):
        print(f"\n── {title}\n", flush=True)
        code = subprocess.run(command, check=False).returncode
        if code:
            return code
    best_first = f"{'-' if tuning.goal is Goal.MAXIMIZE else ''}{tuning.hyperparameter_metric}"
    print(
        f"""
── Next steps

  bayesdesk trials last --sort {best_first:<12} every trial, best first
  bayesdesk show last --early-stopping      what early stopping saves
  bayesdesk export last --narrow            narrower ranges around the best
  bayesdesk continue last --trials 12       12 more trials that learn from these
  bayesdesk init --folder my-project        start a project of your own

The project is in {PROJECT}. “bayesdesk” is {Path(sys.executable).parent / "bayesdesk"}."""
    )
    return 0


def _has_image(image: str) -> bool:
    from bayescore.errors import BayesdeskError
    from bayescore.trials import docker_engine, images

    try:
        return images.is_present(docker_engine.connect(docker_engine.find()), image)
    except BayesdeskError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
