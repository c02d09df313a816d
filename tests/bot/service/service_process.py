"""The service in a process of its own, to be stopped and killed: ``python service_process.py SECONDS``.

Its stand-in for the model takes so many seconds to embed a question.
"""

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from bot import logs
from bot.root import Root
from bot.service import Service
from bot.settings import load_settings
from tests.fakes import HashingEmbedder

if TYPE_CHECKING:
    from index.embed import Vectors


class SlowEmbedder(HashingEmbedder):
    def embed_query(self, text: str) -> "Vectors":
        time.sleep(float(sys.argv[1]))
        return super().embed_query(text)


if __name__ == "__main__":
    found = load_settings()
    logs.configure(secrets=found.secrets)
    asyncio.run(Service(Root(found, embedder=SlowEmbedder()), grace=20).run())
