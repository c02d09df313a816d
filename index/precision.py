"""In which precision the model runs faster on this processor."""

import platform
import time
from pathlib import Path
from typing import Literal

Precision = Literal["bfloat16", "float32"]

_TURNS = 12
_FEWEST_TURNS = 2
_PATIENCE = 0.5
"""Seconds after which fewer turns will do, as where bfloat16 is emulated."""


def processor() -> str:
    """What the processor is called, to remember its better precision by."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def faster_precision() -> Precision:
    """The precision in which this processor multiplies matrices of this model's size faster, by timing both.

    Takes some 100 ms, and a second where bfloat16 is emulated, which torch's own check does not see. The best
    of several short turns on one thread counts, so that a machine busy with other things does not decide it.
    """
    import torch

    torch.set_num_threads(1)
    sides: dict[Precision, tuple[torch.Tensor, torch.Tensor]] = {
        "bfloat16": (torch.ones(512, 384).bfloat16(), torch.ones(384, 1536).bfloat16()),
        "float32": (torch.ones(512, 384), torch.ones(384, 1536)),
    }
    best: dict[Precision, float] = dict.fromkeys(sides, float("inf"))
    with torch.inference_mode():
        for left, right in sides.values():
            torch.mm(left, right)  # its time says nothing: code is read from the disk and programs are made
        end = time.perf_counter() + _PATIENCE
        for turn in range(_TURNS):
            if turn >= _FEWEST_TURNS and time.perf_counter() > end:
                break
            for name, (left, right) in sides.items():
                begin = time.perf_counter()
                torch.mm(left, right)
                best[name] = min(best[name], time.perf_counter() - begin)
    return "bfloat16" if best["bfloat16"] < 0.8 * best["float32"] else "float32"
