"""The GPUs of this machine, through NVML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bayescore.config import LocalSettings
from bayescore.i18n import Text, text

# A display uses a few hundred MiB.  Where the driver does not list programs, more in use means one computes.
BUSY_BYTES = 1024 * 2**20
_MOST_DIGITS = 9  # of an index


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Attributes
    ----------
    memory_total, memory_used
        Bytes.
    use
        Utilization in percent.
    linked
        UUIDs of the GPUs that NVLink links it with.
    programs
        Programs that compute on it, as ``name (pid)``; empty where the driver does not list them.
    """

    index: int
    uuid: str
    name: str
    memory_total: int
    memory_used: int
    use: int
    linked: frozenset[str] = frozenset()
    programs: tuple[str, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether any program computes on it."""
        return bool(self.programs) or self.memory_used > BUSY_BYTES

    @property
    def users(self) -> str:
        """Who uses it: the programs, or the memory in use where the driver does not list them."""
        return ", ".join(self.programs) or f"{self.memory_used // 2**20} MiB"


def visible() -> list[Gpu]:
    """GPUs that NVML lists; empty if there is no driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return _with_links([_gpu(i) for i in range(pynvml.nvmlDeviceGetCount())])
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _gpu(index: int) -> Gpu:
    import pynvml as nvml

    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    try:
        use = int(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    except nvml.NVMLError:
        use = 0
    uuid, name = nvml.nvmlDeviceGetUUID(handle), nvml.nvmlDeviceGetName(handle)
    programs = _programs(handle)
    return Gpu(index, _text(uuid), _text(name), int(memory.total), int(memory.used), use, programs=programs)


def _programs(handle: Any) -> tuple[str, ...]:
    import psutil
    import pynvml as nvml

    try:
        running = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    except (nvml.NVMLError, nvml.NVMLLibraryMismatchError):
        return ()
    names = []
    for each in running:
        try:
            name = psutil.Process(each.pid).name()
        except psutil.Error:
            name = "?"  # in another user's container
        names.append(f"{name} ({each.pid})")
    return tuple(names)


def _with_links(gpus: list[Gpu]) -> list[Gpu]:
    return [replace(gpu, linked=frozenset(o.uuid for o in gpus if _are_linked(gpu, o))) for gpu in gpus]


def _are_linked(one: Gpu, other: Gpu) -> bool:
    import pynvml as nvml

    if one.index == other.index:
        return False
    handles = [nvml.nvmlDeviceGetHandleByIndex(gpu.index) for gpu in (one, other)]
    try:
        status = nvml.nvmlDeviceGetP2PStatus(*handles, nvml.NVML_P2P_CAPS_INDEX_NVLINK)
    except nvml.NVMLError:
        return False  # an older driver: which GPUs are taken together only affects their speed
    return bool(status == nvml.NVML_P2P_STATUS_OK)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def chosen(gpus: Sequence[Gpu], wanted: Literal["all", "none"] | Sequence[int | str]) -> list[Gpu]:
    """GPUs that the local settings name, by index or by the start of their UUID; others are ignored."""
    if wanted == "none":
        return []
    if wanted == "all":
        return list(gpus)
    return [g for g in gpus if any(_means(w, g) for w in wanted)]


def is_gpu_index(written: str) -> bool:
    """Whether a name of a GPU is its index, and not its UUID."""
    return written.isdecimal() and len(written) <= _MOST_DIGITS


def trials_at_a_time(most: int, local: LocalSettings, gpus: Sequence[Gpu]) -> int:
    """How many of at most so many trials run at the same time on these GPUs of a machine."""
    usable = len(chosen(gpus, local.gpus))
    if usable == 0 or local.gpus_per_trial == 0:
        return most
    return max(1, min(most, usable * local.trials_per_gpu // local.gpus_per_trial))


def uses_cpu(local: LocalSettings, gpus: Sequence[Gpu]) -> bool:
    """Whether trials run without a GPU: by their settings, or because this machine has none."""
    if local.gpus == "none" or local.gpus_per_trial == 0:
        return True
    return local.gpus == "all" and local.gpus_per_trial == 1 and not gpus


def too_few(needed: int, there: int) -> Text:
    """The message that a trial needs more GPUs than it may use."""
    return text("A trial needs {needed} GPUs; {there} may be used here.", needed=needed, there=there)


def _means(wanted: int | str, gpu: Gpu) -> bool:
    if isinstance(wanted, int) or is_gpu_index(wanted):
        return int(wanted) == gpu.index
    return gpu.uuid.startswith(wanted)


def free(
    candidates: Sequence[Gpu], leased: Mapping[str, int], per_gpu: int, *, also_busy: bool = False
) -> tuple[list[Gpu], list[Gpu]]:
    """Separate candidates that are free for a trial from those that other programs use.

    Parameters
    ----------
    leased
        Number of trials on each GPU, by UUID.
    per_gpu
        Trials that may share one.
    also_busy
        Whether a trial may run beside other programs.

    Returns
    -------
    (free, used_by_others)
        Free GPUs, the least shared first.
    """
    room = [g for g in candidates if leased.get(g.uuid, 0) < per_gpu]
    others = [] if also_busy else [g for g in room if leased.get(g.uuid, 0) == 0 and g.busy]
    usable = [g for g in room if g not in others]
    return sorted(usable, key=lambda g: (leased.get(g.uuid, 0), g.index)), others


def most_linked(usable: Sequence[Gpu], count: int) -> list[Gpu]:
    """Of GPUs in order of preference, ``count`` that are linked with each other as far as possible."""
    if count <= 1 or count >= len(usable):
        return list(usable[:count])
    groups = [_grown(first, usable, count) for first in usable]
    return max(groups, key=_links)  # of equal ones the first


def _grown(first: Gpu, usable: Sequence[Gpu], count: int) -> list[Gpu]:
    group = [first]
    while len(group) < count:
        rest = [gpu for gpu in usable if gpu not in group]
        group.append(max(rest, key=lambda gpu: sum(gpu.uuid in member.linked for member in group)))
    return group


def _links(group: Sequence[Gpu]) -> int:
    return sum(len(gpu.linked & {other.uuid for other in group}) for gpu in group)
