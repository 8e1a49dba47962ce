"""States, times, sizes and numbers as text, the same in every view."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.config import Algorithm, CategoricalSpec, DiscreteSpec, ParameterSpec
from bayescore.i18n import _, translate
from bayescore.store import STATE_NAMES, JobState, Trial, TrialState
from bayescore.times import now, parsed
from bayescore.trials.gpus import Gpu

TONES = {
    "running": "accent",
    "starting": "accent",
    "succeeded": "good",
    "exhausted": "good",
    "failed": "bad",
    "system_error": "bad",
    "no_metric": "warning",
    "paused": "warning",
    "lost": "warning",
}
MARKS = {
    TrialState.SUCCEEDED: "✓",
    TrialState.FAILED: "✕",
    TrialState.LOST: "?",
    TrialState.CANCELLED: "–",
    TrialState.STOPPED_EARLY: "◇",
    TrialState.RUNNING: "▸",
    TrialState.STARTING: "▹",
    TrialState.PENDING: "·",
}


def state_word(state: JobState | TrialState) -> str:
    """A state in the language in use."""
    return translate(STATE_NAMES[state.value])


def algorithm_word(algorithm: Algorithm) -> str:
    """A search algorithm in the language in use."""
    names = {
        Algorithm.BAYESIAN: _("Bayesian"),
        Algorithm.RANDOM: _("Random"),
        Algorithm.GRID: _("Grid"),
    }
    return names[algorithm]


def number(value: object) -> str:
    """A value as text: numbers with five significant digits and short exponents."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    shown = f"{value:.5g}"
    mantissa, e, exponent = shown.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else shown


def span(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if minutes >= 10:
        return _("{minutes} min", minutes=minutes)
    return f"{minutes}:{rest:02d}"


def duration(trial: Trial) -> str:
    """How long a trial has run, or ran."""
    if trial.started_at is None:
        return ""
    end = parsed(trial.ended_at or now())
    return span((end - parsed(trial.started_at)).total_seconds())


def shortened(words: str, most: int = 48) -> str:
    """A text of at most ``most`` characters, cut in the middle: names often differ at their end."""
    if len(words) <= most:
        return words
    end = (most - 1) // 2
    return f"{words[: most - 1 - end]}…{words[-end:]}"


def size(count: int) -> str:
    """Bytes in the largest unit of which there is at least one."""
    value, unit = float(count), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def gpu_words(gpu: Gpu, holders: Sequence[str]) -> str:
    """Utilisation and memory of a GPU, and the trials that have leased it."""
    memory = f"{gpu.memory_used / 2**30:.1f} / {gpu.memory_total / 2**30:.0f} GB"
    who = ", ".join(holders) or (_("used by another program") if gpu.busy else _("free"))
    return f"{gpu.use}% · {memory} · {who}"


def range_words(spec: ParameterSpec) -> str:
    """The values that a parameter may have."""
    if isinstance(spec, CategoricalSpec):
        return ", ".join(spec.categorical_values)
    if isinstance(spec, DiscreteSpec):
        return ", ".join(f"{value:g}" for value in spec.discrete_values)
    return f"{spec.min_value:g} – {spec.max_value:g}"
