"""Simulated GPUs: a small NVML that reads its devices from a text file."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned int gpu, memory; } use_t;
static char uuids[16][96], names[16][96];
static unsigned long long used[16];
static unsigned int count, groups[16], pids[16];
static int load(void) {
    FILE *file = fopen(getenv("STANDIN_GPUS"), "r");
    if (!file) return 9;
    for (count = 0; count < 16 && fscanf(file, "%95s %95s %llu %u %u", uuids[count], names[count], &used[count], &groups[count], &pids[count]) == 5;)
        count++;
    fclose(file);
    return 0;
}
int nvmlInit_v2(void) { return load(); }
int nvmlInitWithFlags(unsigned int flags) { return load(); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int code) { return "no driver"; }
int nvmlDeviceGetCount_v2(unsigned int *n) { *n = count; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int i, void **handle) { *handle = (void *)(size_t)(i + 1); return i < count ? 0 : 2; }
static unsigned int index_of(void *handle) { return (unsigned int)(size_t)handle - 1; }
int nvmlDeviceGetP2PStatus(void *a, void *b, int cap, int *status) {
    *status = groups[index_of(a)] && groups[index_of(a)] == groups[index_of(b)] ? 0 : 5; return 0;
}
int nvmlDeviceGetMemoryInfo(void *h, memory_t *m) {
    m->total = 24ULL << 30; m->used = used[index_of(h)] << 20; m->free = m->total - m->used; return 0;
}
int nvmlDeviceGetUtilizationRates(void *h, use_t *u) { u->gpu = used[index_of(h)] ? 50 : 0; u->memory = 0; return 0; }
typedef struct { unsigned int pid; unsigned long long memory; unsigned int instance, compute_instance; } program_t;
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned int *n, program_t *found) {
    if (!pids[index_of(h)]) { *n = 0; return 0; }
    if (*n < 1) { *n = 1; return 7; }
    *n = 1; memset(found, 0, sizeof(program_t)); found->pid = pids[index_of(h)]; return 0;
}
int nvmlDeviceGetUUID(void *h, char *text, unsigned int n) { snprintf(text, n, "%s", uuids[index_of(h)]); return 0; }
int nvmlDeviceGetName(void *h, char *text, unsigned int n) { snprintf(text, n, "%s", names[index_of(h)]); return 0; }
"""


class StandInGpus:
    """A machine with simulated GPUs, whose state can change while programs run.

    Parameters
    ----------
    links
        A number for each GPU: those with the same one are linked, and 0 means none.
    """

    def __init__(self, folder: Path, names: Sequence[str], links: Sequence[int] = ()) -> None:
        self._links = [*links, *[0] * len(names)]
        self.uuids = [f"GPU-{i}{i}{i}{i}-standin" for i in range(len(names))]
        self._names = [name.replace(" ", "_") for name in names]
        self._library = folder / "nvml"
        self._library.mkdir(parents=True)
        self._list = folder / "gpus.txt"
        source = self._library / "nvml.c"
        source.write_text(_SOURCE)
        target = self._library / "libnvidia-ml.so.1"
        named = f"-Wl,-soname,{target.name}"  # a library that is loaded is found by this name
        subprocess.run(
            ["cc", "-shared", "-fPIC", named, "-o", target, source], check=True, capture_output=True
        )
        self.use({})

    def use(self, mebibytes: Mapping[int, int], programs: Mapping[int, int] | None = None) -> None:
        """Set the memory of each GPU that is in use, and the process that computes on it."""
        running = programs or {}
        lines = (
            f"{u} {n} {mebibytes.get(i, 0)} {self._links[i]} {running.get(i, 0)}\n"
            for i, (u, n) in enumerate(zip(self.uuids, self._names, strict=True))
        )
        partial = self._list.with_suffix(".partial")
        partial.write_text("".join(lines))
        partial.replace(self._list)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that make the GPUs visible to a program."""
        return {"LD_LIBRARY_PATH": str(self._library), "STANDIN_GPUS": str(self._list)}
