"""A job's results in its ``openbayes.yaml``: the parameters of a trial, or narrower ranges."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.config import YamlDocument
from bayescore.results import narrowed, with_parameters, with_specs
from bayescore.store import Job, Trial


def with_values(document: YamlDocument, trial: Trial) -> YamlDocument:
    """The document with a trial's parameters in its root ``parameters``."""
    return with_parameters(document, trial.parameters)


def with_ranges(document: YamlDocument, job: Job, chosen: Sequence[Trial]) -> YamlDocument:
    """The document with ranges narrowed around trials."""
    specs = narrowed(job.config.hyper_tuning.parameter_specs, [t.parameters for t in chosen])
    return with_specs(document, specs)
