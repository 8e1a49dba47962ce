"""What each key of the two files means, and which values it takes: for hovering and completing."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.config import Algorithm, Goal, NodeRunner, ObjectiveRule, RunnerChoice, Scale
from bayescore.i18n import _

Keys = dict[str, str]
VALUES: dict[str, tuple[str, ...]] = {
    "goal": tuple(Goal),
    "algorithm": tuple(Algorithm),
    "scale_type": tuple(Scale),
    "runner": tuple(RunnerChoice),
    "outputs": ("all", "none"),
    "objective": tuple(ObjectiveRule),
    "gpus": ("all", "none"),
    "inject_client": ("true", "false"),
    "stop_when_exhausted": ("true", "false"),
    "is_secret": ("true",),
    "source": ("env",),
}
SPEC_TYPES = ("DOUBLE", "INTEGER", "DISCRETE", "CATEGORICAL")
ACCESS = ("ro", "rw")


def keys_at(path: Sequence[str], *, local: bool = False) -> Keys:
    """Keys that may stand in the mapping at a path of key names, each with its meaning."""
    if local:
        return {(): _local_keys, ("ray",): _ray_keys}.get(tuple(path), dict)()
    match list(path):
        case []:
            return _root_keys()
        case ["hyper_tuning"]:
            return _tuning_keys()
        case ["hyper_tuning", "parameter_specs"]:
            return _spec_keys()
        case ["data_bindings" | "data_binding" | "bindings" | "binding"]:
            return _binding_keys()
        case ["parameters", _name]:
            return _secret_keys()
    return {}


def explain(path: Sequence[object], *, local: bool = False) -> str:
    """Meaning of the value at a path of an openbayes.yaml or its local companion; empty when unknown."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return ""
    return keys_at(names[:-1], local=local).get(names[-1], "")


def values_of(path: Sequence[str], key: str) -> tuple[str, ...]:
    """Words that a key takes, as far as they are fixed."""
    if key == "runner" and "ray" in path:
        return tuple(NodeRunner)
    if key == "type":
        return SPEC_TYPES if "parameter_specs" in path else ACCESS
    return VALUES.get(key, ())


def _root_keys() -> Keys:
    return {
        "command": _("What a trial runs; its parameters are appended as --name=value."),
        "env": _("The platform's runtime environment; here it chooses the image of the containers."),
        "resource": _("A machine of the platform; here it is kept and not used."),
        "node": _("Number of machines on the platform; here it is kept and not used."),
        "data_bindings": _("Data sets and the paths at which a trial finds them."),
        "parameters": _("Given to every trial; a tuned parameter of the same name wins."),
        "hyper_tuning": _("What is tuned, how, and in how many trials."),
    }


def _tuning_keys() -> Keys:
    return {
        "max_job_count": _("Number of trials, 1 to 100 in one run."),
        "parallel_count": _("Trials at a time; GPUs may allow fewer."),
        "hyperparameter_metric": _("The objective: the name that the program gives to log_metric."),
        "goal": _("Whether larger or smaller values of the objective are better."),
        "algorithm": _(
            "Bayesian learns from every trial, Random draws, Grid goes through every combination."
        ),
        "parameter_specs": _("The parameters that are tuned, each with its type and range."),
        "side_metrics": _("Metrics that are shown beside the objective and never searched for."),
    }


def _spec_keys() -> Keys:
    return {
        "name": _("Name of the parameter: the program gets it as --name=value."),
        "type": _("DOUBLE, INTEGER, DISCRETE (listed numbers) or CATEGORICAL (listed texts)."),
        "min_value": _("Smallest value, itself included."),
        "max_value": _("Largest value, itself included."),
        "scale_type": _(
            "How values are spread: evenly, or evenly over orders of magnitude (learning rates)."
        ),
        "discrete_values": _("Numbers to choose from; their order and distances mean something."),
        "categorical_values": _("Texts to choose from; none is nearer to one than to another."),
    }


def _binding_keys() -> Keys:
    return {
        "data": _("The data set; openbayes.local.yaml says which folder of this machine it is."),
        "path": _("Where the trial finds it: /input0 to /input4, or /output."),
        "type": _("ro to read only, rw to write as well."),
        "name": _("Another name of the data set."),
    }


def _secret_keys() -> Keys:
    return {
        "is_secret": _("Reaches the program as an environment variable only, and is never stored."),
        "source": _("Where the value comes from: env."),
        "env": _("The variable of this machine that holds the value."),
    }


def _ray_keys() -> Keys:
    return {
        "address": _("auto for the cluster that this machine belongs to, or HOST:PORT of its head."),
        "runner": _("What runs a trial on its node: docker or process."),
        "resources": _("What one trial asks for besides CPUs and GPUs, in Ray's own names."),
        "outputs": _("What comes back of the outputs: all, none, or a pattern like *.pt."),
        "patience": _("So long may a node be away before its trials run elsewhere, like 3m."),
    }


def _local_keys() -> Keys:
    return {
        "runner": _("auto takes Docker where it answers, and processes of this machine elsewhere."),
        "image": _("Image of the containers; the environment's if there is none."),
        "registry_mirror": _("Prefix for pulls, like mirror.example.com."),
        "python": _("Interpreter of trials that run as processes."),
        "gpus": _("all, none, or a list of numbers and UUIDs."),
        "trials_per_gpu": _("So many trials share one GPU."),
        "cpus": _("CPUs of one trial; all of them if there is none."),
        "memory": _("Memory of one trial, like 8g; a trial that needs more is ended."),
        "shm_size": _("Shared memory of one trial, which data loaders need, like 1g."),
        "pids_limit": _("Processes and threads of one trial in a container; 4096 if there is none."),
        "data": _("The folder of this machine for each data set."),
        "environment": _("Variables that every trial sees."),
        "trial_timeout": _("Longest time of one trial, like 2h; it is stopped then."),
        "max_failed_trials": _("The job ends after so many failures; else after the first 3, or 5 in a row."),
        "seed": _("Fixes what is drawn; another one for each job if there is none."),
        "objective": _("Whether a trial counts by its last or by its best value."),
        "inject_client": _("Whether trials get Bayesdesk's client when openbayestool is not installed."),
        "ray": _("The Ray cluster that trials run on when the runner is ray."),
        "stop_when_exhausted": _("Whether the search may end a job when nothing better can be found."),
    }
