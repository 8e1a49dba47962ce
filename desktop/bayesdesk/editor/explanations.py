"""Descriptions and values of the keys of both files, for tool tips and completions."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.config import Algorithm, CommandShell, Goal, NodeRunner, ObjectiveRule, RunnerChoice, Scale
from bayescore.config.local import DEFAULT_FORM
from bayescore.i18n import _

Keys = dict[str, str]
VALUES: dict[str, tuple[str, ...]] = {
    "goal": tuple(Goal),
    "algorithm": tuple(Algorithm),
    "scale_type": tuple(Scale),
    "runner": tuple(RunnerChoice),
    "shell": tuple(CommandShell),
    "outputs": ("all", "none"),
    "objective": tuple(ObjectiveRule),
    "gpus": ("all", "none"),
    "inject_client": ("true", "false"),
    "stop_when_exhausted": ("true", "false"),
    "use_busy_gpus": ("true", "false"),
    "early_stopping": ("true", "false"),
    "is_secret": ("true",),
    "source": ("env",),
}
SPEC_TYPES = ("DOUBLE", "INTEGER", "DISCRETE", "CATEGORICAL")
ACCESS = ("ro", "rw")


def keys_at(path: Sequence[str], *, local: bool = False) -> Keys:
    """Keys of the mapping at a path of key names, each with its description."""
    if local:
        found = {
            (): _local_keys,
            ("ray",): _ray_keys,
            ("metrics",): _source_keys,
            ("early_stopping",): _stopping_keys,
        }
        if len(path) == 2 and path[0] == "expect":
            return _belief_keys()
        return found.get(tuple(path), dict)()
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
    """Description of the value at a path of either file; empty when unknown."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return ""
    return keys_at(names[:-1], local=local).get(names[-1], "")


def values_of(path: Sequence[str], key: str) -> tuple[str, ...]:
    """Fixed values of a key."""
    if key == "runner" and "ray" in path:
        return tuple(NodeRunner)
    if key == "type":
        return SPEC_TYPES if "parameter_specs" in path else ACCESS
    return VALUES.get(key, ())


def _root_keys() -> Keys:
    return {
        "command": _("Command of a trial. Its parameters are appended as --name=value."),
        "env": _(
            "Runtime environment of the platform. On this machine it selects the image of the containers."
        ),
        "resource": _("Machine type of the platform. Not used on this machine."),
        "node": _("Number of machines on the platform. Not used on this machine."),
        "data_bindings": _("Data sets and their paths in a trial."),
        "parameters": _("Parameters of every trial. A tuned parameter of the same name takes precedence."),
        "hyper_tuning": _("What is tuned, how, and in how many trials."),
    }


def _tuning_keys() -> Keys:
    return {
        "max_job_count": _("Number of trials, 1 to 100."),
        "parallel_count": _("Number of trials at a time. The number of GPUs may limit it."),
        "hyperparameter_metric": _("The objective: the name that the program passes to log_metric."),
        "goal": _("Whether larger or smaller values of the objective are better."),
        "algorithm": _(
            "Bayesian learns from finished trials, Random draws values, Grid tries every combination."
        ),
        "parameter_specs": _("Parameters to tune, with their types and ranges."),
        "side_metrics": _("Metrics that are shown beside the objective but not optimised."),
    }


def _spec_keys() -> Keys:
    return {
        "name": _("Name of the parameter. The program receives it as --name=value."),
        "type": _("DOUBLE, INTEGER, DISCRETE (listed numbers) or CATEGORICAL (listed texts)."),
        "min_value": _("Smallest value, inclusive."),
        "max_value": _("Largest value, inclusive."),
        "scale_type": _(
            "Distribution of the values: linear, or logarithmic for ranges over orders of magnitude."
        ),
        "discrete_values": _("Numbers to choose from. The search uses their order and distances."),
        "categorical_values": _("Texts to choose from. They have no order."),
    }


def _binding_keys() -> Keys:
    return {
        "data": _("The data set. openbayes.local.yaml maps it to a folder on this machine."),
        "path": _("Path in the trial: /input0 to /input4, or /output."),
        "type": _("ro for read-only, rw for reading and writing."),
        "name": _("Another name of the data set."),
    }


def _secret_keys() -> Keys:
    return {
        "is_secret": _("The program receives it only as an environment variable. It is never stored."),
        "source": _("Where the value comes from: env."),
        "env": _("The variable of this machine that holds the value."),
    }


def _ray_keys() -> Keys:
    return {
        "address": _("auto for the cluster of this machine, or HOST:PORT of the head node."),
        "runner": _("Runner on the nodes: docker or process."),
        "resources": _("Ray resources of one trial besides CPUs and GPUs."),
        "outputs": _("Outputs to copy back: all, none, or a pattern like *.pt."),
        "patience": _("How long a node may be unreachable before its trials run elsewhere, like 3m."),
    }


def _stopping_keys() -> Keys:
    return {
        "min_steps": _("Reports of the objective before which no trial is stopped."),
        "confidence": _(
            "A trial is stopped when its chance to become the best is below 1 minus this. Default: 0.97."
        ),
    }


def _belief_keys() -> Keys:
    return {
        "around": _("The value near which the best is expected."),
        "within": _(
            "How far from it the best may be: a factor on a logarithmic scale, otherwise a distance."
        ),
    }


def _source_keys() -> Keys:
    return {
        "log": _("Pattern for lines of the log. Each named group, like (?P<loss>...), is a metric."),
        "csv": _("Tables whose columns are metrics, like runs/**/results.csv."),
        "jsonl": _("Files with one JSON object a line, like metrics.jsonl."),
        "json": _("JSON files that are written again each time, like **/trainer_state.json."),
        "tensorboard": _("Folder with event files of TensorBoard, like runs."),
        "rename": _("Other names of metrics: name in the source, name of the metric."),
    }


def _local_keys() -> Keys:
    return {
        "runner": _("auto uses Docker if it is available, otherwise processes."),
        "image": _("Image of the containers. Default: the image of the environment."),
        "registry_mirror": _("Registry mirror for pulls, like mirror.example.com."),
        "python": _("Python of trials that run as processes: a path, or conda:NAME, which is activated."),
        "gpus": _("GPUs for trials: all, none, or a list of numbers and UUIDs."),
        "gpus_per_trial": _("Number of GPUs that one trial gets. Default: 1; 0: none."),
        "trials_per_gpu": _("Number of trials that share one GPU."),
        "use_busy_gpus": _("Whether trials also use GPUs on which other programs compute. Default: false."),
        "parameters_as": _(
            "How parameters are written on the command line. Default: {form}.", form=DEFAULT_FORM
        ),
        "shell": _("The shell that runs the command: sh or bash. Default: sh."),
        "cpus": _("CPUs of one trial. Default: all."),
        "memory": _("Memory limit of one trial, like 8g. A trial that exceeds it is killed."),
        "shm_size": _("Shared memory of one trial, like 1g. Data loaders need it."),
        "pids_limit": _("Maximum number of processes and threads in a container. Default: 4096."),
        "data": _("Folder on this machine for each data set."),
        "in_place": _(
            "Files and folders of the project that trials use where they are, as in .gitignore. "
            "They are read only, unless “: rw” follows."
        ),
        "copy": _("Files and folders that every trial gets a copy of, whatever their size."),
        "send": _("What is used in place and is sent to the nodes of a Ray cluster, once to each."),
        "environment": _("Environment variables of every trial."),
        "trial_timeout": _("Time limit of one trial, like 2h. A trial that exceeds it is stopped."),
        "max_failed_trials": _(
            "Failed trials after which the job stops. Default: the first 3, or 5 in a row."
        ),
        "early_stopping": _("Whether trials that will not become the best are stopped. Default: false."),
        "max_hours": _("Hours after which the job ends with its best. Default: no limit."),
        "max_gpu_hours": _("The same in hours of all GPUs together. Default: no limit."),
        "hours": _(
            "Times and days at which trials may begin, such as 20:00-08:00, sat, sun. Default: always."
        ),
        "known": _("Parameter sets that run first, or with a value, that were measured elsewhere."),
        "baseline": _("The parameter set that runs before all others."),
        "expect": _("Where you expect the best value of a parameter. The search begins there."),
        "seed": _("Seed of the random numbers. Default: another one for each job."),
        "objective": _("The value of a trial: the last or the best value of the objective."),
        "inject_client": _("Whether trials get the client of Bayesdesk if openbayestool is not installed."),
        "metrics": _("Where metrics are read of a program that does not report them."),
        "ray": _("Ray cluster of the trials if the runner is ray."),
        "stop_when_exhausted": _("Whether the search may end a job when no better value can be expected."),
    }
