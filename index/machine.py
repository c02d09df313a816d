"""What the machine has for a process: its cores, and its memory, which glibc would keep."""

import os
import sys

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def cores() -> int:
    """The cores that this process may use; OMP_NUM_THREADS sets fewer, as it would for torch itself."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(allowed, int(wanted))) if wanted.isdecimal() else allowed


def share_memory() -> None:
    """Have glibc keep two pools of memory; it would keep one a thread, each as large as its largest batch.

    That takes a third of what a process holds that indexes, and no time.
    """
    if sys.platform == "linux":
        import ctypes

        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:  # as in musl
            mallopt(_ARENA_MAX, 2)


def give_back_memory() -> None:
    """Have glibc give back what batches of other sizes left unused: two thirds of a process that indexes."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # as in musl
            trim(0)
