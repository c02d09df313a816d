"""Waiting for what happens elsewhere, without sleeping longer than it takes."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], *, within: float = 10) -> bool:
    """Whether ``condition`` comes true."""
    for _ in range(round(within / 0.01)):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return bool(condition())
