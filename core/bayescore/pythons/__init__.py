"""Python interpreters for a project's trials: where they are, and what is installed for them.

Everything is learnt from files.  No interpreter is run: one that lies in a cloned project is a program of
whoever wrote the project.
"""

from bayescore.pythons.conda import PREFIX as CONDA_PREFIX
from bayescore.pythons.conda import name_of as conda_name
from bayescore.pythons.interpreter import Interpreter, Kind
from bayescore.pythons.places import NoInterpreterError, behind, resolved, stored
from bayescore.pythons.program_imports import imported, programs_of
from bayescore.pythons.survey import FRAMEWORKS, Candidate, Looking, Survey, lacking_of, survey

__all__ = [
    "CONDA_PREFIX",
    "FRAMEWORKS",
    "Candidate",
    "Interpreter",
    "Kind",
    "Looking",
    "NoInterpreterError",
    "Survey",
    "behind",
    "conda_name",
    "imported",
    "lacking_of",
    "programs_of",
    "resolved",
    "stored",
    "survey",
]
