"""Where interpreters are found, and what the settings call them."""

from __future__ import annotations

import base64
import hashlib
import os
import platform
from pathlib import Path

import pytest

from bayescore.pythons import Candidate, Kind, NoInterpreterError, Survey, resolved, stored, survey
from support.environments import a_conda_environment, a_conda_root, a_venv, add_package, site_packages

VERSION = platform.python_version()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def look(project: Path, home: Path, **variables: str) -> Survey:
    return survey(project, {"HOME": str(home), "PATH": "/nowhere", **variables})


def found(project: Path, home: Path, **variables: str) -> dict[str, Candidate]:
    """Candidates by what the settings say, without those of this machine."""
    looked = look(project, home, **variables)
    return {
        c.written: c
        for c in looked.candidates
        if not c.written.startswith(("/usr/", "/opt/")) and not c.written.startswith("conda:/opt")
    }


def digest(path: str, length: int | None = None) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(path.encode()).digest()[:length]).decode()[:8]


@pytest.mark.parametrize("folder", [".venv", "venv", "env"])
def test_that_an_environment_in_the_project_is_written_as_a_relative_path(
    project: Path, home: Path, folder: str
) -> None:
    a_venv(project / folder)
    (written, candidate), *others = found(project, home).items()
    assert (written, others) == (f"{folder}/bin/python", [])
    interpreter = candidate.interpreter
    assert (interpreter.kind, interpreter.name, interpreter.version) == (Kind.VENV, folder, VERSION)
    assert interpreter.is_of_project


def test_that_an_environment_of_uv_is_recognised(project: Path, home: Path) -> None:
    a_venv(project / ".venv")
    with (project / ".venv" / "pyvenv.cfg").open("a") as file:
        file.write("uv = 0.5.1\n")
    candidate = found(project, home)[".venv/bin/python"]
    assert candidate.interpreter.kind is Kind.UV


def test_that_the_environment_that_poetry_keeps_for_the_project_is_found(project: Path, home: Path) -> None:
    (project / "pyproject.toml").write_text("[project]\nname = 'digits'\n")
    folder = home / ".cache" / "pypoetry" / "virtualenvs"
    own = a_venv(folder / f"digits-{digest(os.path.realpath(project))}-py3.11")
    a_venv(folder / f"digits-{digest('/another/project')}-py3.11")
    (written, candidate), *others = found(project, home).items()
    assert (written, others) == (str(own / "bin" / "python"), [])
    assert (candidate.interpreter.kind, candidate.interpreter.is_of_project) == (Kind.POETRY, True)


def test_that_the_folder_of_poetrys_settings_is_used(project: Path, home: Path) -> None:
    (project / "pyproject.toml").touch()
    (home / ".config" / "pypoetry").mkdir(parents=True)
    (home / ".config" / "pypoetry" / "config.toml").write_text("[virtualenvs]\npath = '{cache-dir}/here'\n")
    own = a_venv(home / ".cache" / "pypoetry" / "here" / f"a-{digest(os.path.realpath(project))}-py3.12")
    assert list(found(project, home)) == [str(own / "bin" / "python")]


def test_that_the_environment_that_pipenv_keeps_for_the_project_is_found(project: Path, home: Path) -> None:
    (project / "Pipfile").touch()
    own = a_venv(home / ".local/share/virtualenvs" / f"project-{digest(str(project / 'Pipfile'), 6)}")
    candidate = found(project, home)[str(own / "bin" / "python")]
    assert (candidate.interpreter.kind, candidate.interpreter.is_of_project) == (Kind.PIPENV, True)


def test_that_a_file_named_venv_names_an_environment_of_pipenv(project: Path, home: Path) -> None:
    own = a_venv(home / "envs-of-mine" / "digits")
    (project / ".venv").write_text("digits\n")
    assert list(found(project, home, WORKON_HOME=str(own.parent))) == [str(own / "bin" / "python")]


def test_that_conda_environments_are_written_by_name(project: Path, home: Path) -> None:
    a_conda_root(home, "ml", "vision")
    elsewhere = a_conda_environment(home / "big disk" / "own")
    (home / ".conda").mkdir()
    (home / ".conda" / "environments.txt").write_text(f"{elsewhere}\n{home / 'gone'}\n")
    candidates = found(project, home)
    assert list(candidates) == ["conda:base", "conda:ml", "conda:vision", str(elsewhere / "bin" / "python")]
    assert {c.interpreter.kind for c in candidates.values()} == {Kind.CONDA}


def test_that_the_environment_that_the_project_names_comes_first(project: Path, home: Path) -> None:
    a_conda_root(home, "ml", "vision")
    (project / "environment.yml").write_text("name: vision\nchannels: [conda-forge]\n")
    looked = look(project, home)
    assert looked.best is not None
    assert looked.best.written == "conda:vision"
    assert looked.best.interpreter.is_of_project


def test_that_folders_of_environments_in_the_settings_of_conda_are_used(project: Path, home: Path) -> None:
    a_conda_environment(home / "scratch" / "ml")
    (home / ".condarc").write_text("envs_dirs:\n  - ~/unused\n  - " + str(home / "scratch") + "\n")
    assert list(found(project, home)) == ["conda:ml"]


def test_that_a_version_of_pyenv_belongs_to_the_project_that_names_it(project: Path, home: Path) -> None:
    for version in ("3.9.1", "3.12.4", "3.12.10"):
        a_venv(home / ".pyenv" / "versions" / version)
    (project / ".python-version").write_text("3.12.4\n")
    candidates = found(project, home)
    folder = home / ".pyenv" / "versions"
    assert list(candidates) == [str(folder / v / "bin" / "python") for v in ("3.12.4", "3.12.10", "3.9.1")]
    assert [c.interpreter.is_of_project for c in candidates.values()] == [True, False, False]


def test_that_the_environment_of_the_project_that_lacks_least_is_the_best(project: Path, home: Path) -> None:
    (project / "main.py").write_text("import torch\n")
    a_venv(project / ".venv")
    a_venv(project / "venv", torch="2.3.1")
    a_conda_root(home, "ml")
    add_package(home / "miniconda3" / "envs" / "ml", "torch", "2.0")
    looked = look(project, home)
    assert looked.best is not None
    assert (looked.best.written, dict(looked.best.frameworks)) == ("venv/bin/python", {"torch": "2.3.1"})
    assert found(project, home)[".venv/bin/python"].lacking == ("torch",)


def test_that_no_interpreter_is_run(project: Path, home: Path) -> None:
    ran = project / "ran"
    prefix = a_venv(project / ".venv")
    (prefix / "bin" / "python").unlink()
    (prefix / "bin" / "python").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (prefix / "bin" / "python").chmod(0o755)
    assert ".venv/bin/python" in found(project, home)
    assert not ran.exists()


@pytest.mark.timeout(20)
def test_that_pipes_and_links_in_circles_in_a_project_do_no_harm(project: Path, home: Path) -> None:
    a_venv(project / "venv")
    (project / ".venv").symlink_to(project / ".venv")
    for name in ("environment.yml", ".python-version", "poetry.toml", "main.py"):
        os.mkfifo(project / name)
    (project / "pyproject.toml").write_text("[" * 100_000)
    (project / "deep.py").write_text("(" * 100_000)
    (project / "again").symlink_to(project)
    assert list(found(project, home)) == ["venv/bin/python"]


def test_that_a_name_means_the_environment_of_conda(project: Path, home: Path) -> None:
    root = a_conda_root(home, "ml")
    environment = {"HOME": str(home)}
    chosen = resolved("conda:ml", project, environment)
    assert (chosen.path, stored(chosen)) == (
        root / "envs" / "ml" / "bin" / "python",
        f"conda:{root / 'envs' / 'ml'}",
    )
    assert resolved(stored(chosen), project, environment).path == chosen.path
    assert stored(resolved("conda:base", project, environment)) == f"conda:{root}"


def test_that_an_unknown_name_is_refused_with_the_nearest(project: Path, home: Path) -> None:
    a_conda_root(home, "vision", "speech")
    with pytest.raises(NoInterpreterError) as caught:
        resolved("conda:vison", project, {"HOME": str(home)})
    assert (caught.value.nearest, caught.value.path) == ("vision", None)
    with pytest.raises(NoInterpreterError):
        resolved("conda:", project, {"HOME": str(home)})


def test_that_an_environment_without_python_is_refused(project: Path, home: Path) -> None:
    (home / "miniconda3" / "envs" / "r" / "conda-meta").mkdir(parents=True)
    (home / "miniconda3" / "envs" / "r" / "conda-meta" / "history").touch()
    with pytest.raises(NoInterpreterError) as caught:
        resolved("conda:r", project, {"HOME": str(home)})
    assert caught.value.path == home / "miniconda3" / "envs" / "r" / "bin" / "python"


def test_that_nothing_is_claimed_about_a_script_that_starts_another_python(project: Path, home: Path) -> None:
    (project / "main.py").write_text("import nothing_of_this_name\n")
    folder = home / "bin"
    (home / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    folder.mkdir()
    (folder / "python").write_text('#!/bin/sh\nexec /opt/some/python "$@"\n')
    (folder / "python").chmod(0o755)
    candidate = found(project, home, PATH=str(folder))[str(folder / "python")]
    assert (candidate.interpreter.is_known, candidate.lacking) == (False, ())


def test_that_hostile_metadata_of_an_environment_does_no_harm(project: Path, home: Path) -> None:
    (project / "main.py").write_text("import wanted\n")
    library = site_packages(a_venv(project / ".venv"))
    for name in ("a", "b", "c"):
        (library / f"{name}-1.dist-info").mkdir()
    os.mkfifo(library / "a-1.dist-info" / "top_level.txt")
    os.mkfifo(library / "a-1.dist-info" / "RECORD")
    (library / "b-1.dist-info" / "top_level.txt").write_bytes(b"\xff" * 2**20)
    (library / "b-1.dist-info" / "RECORD").write_bytes(b"wanted/\xff\0,,\n" * 2**16)
    (library / "c-1.dist-info" / "top_level.txt").symlink_to("/dev/zero")
    (library / "more.pth").write_text(f"{library}\n../..\n/dev\n\0\n")
    os.mkfifo(library / "pipe.pth")
    candidate = found(project, home)[".venv/bin/python"]
    assert candidate.lacking == ("wanted",)
    assert look(project, home).install_command(candidate).endswith("-m pip install wanted")


def test_that_another_program_of_a_conda_environment_is_stored_as_it_is(project: Path, home: Path) -> None:
    prefix = a_conda_root(home) / "bin"
    (prefix / "wrapper").write_text("#!/bin/sh\n")
    (prefix / "wrapper").chmod(0o755)
    environment = {"HOME": str(home)}
    assert stored(resolved(str(prefix / "wrapper"), project, environment)) == str(prefix / "wrapper")
    assert stored(resolved(str(prefix / "python3"), project, environment)) == f"conda:{prefix.parent}"
