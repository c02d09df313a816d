import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.errors import StoreError, StoreHeld
from index.store.lock import OwnerLock, owner_address, owner_of

HOLD = """
import sys
from pathlib import Path
from index.store.lock import OwnerLock
with OwnerLock(Path(sys.argv[1]), purpose="communique add") as lock:
    lock.announce(address="http://127.0.0.1:8642")
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(home: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_it_and_where(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(StoreHeld) as caught, OwnerLock(tmp_path, purpose="communique ask"):
            pass
        assert caught.value.owner == f'"communique add" (process {other.pid})'
        assert caught.value.owner in str(caught.value)
        assert "\n" not in str(caught.value)
        assert owner_address(tmp_path) == "http://127.0.0.1:8642"
        other.communicate()
    with OwnerLock(tmp_path, purpose="communique ask"):
        assert owner_of(tmp_path) == f'"communique ask" (process {os.getpid()})'
        assert owner_address(tmp_path) is None


def test_a_killed_owner_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    with OwnerLock(tmp_path, purpose="communique ask"):
        assert "communique ask" in owner_of(tmp_path)


def test_waiting_takes_over_when_the_owner_ends(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        assert other.stdin is not None
        threading.Timer(0.3, other.stdin.close).start()
        with OwnerLock(tmp_path, purpose="communique ask", wait=30):
            assert "communique ask" in owner_of(tmp_path)


def test_it_may_be_let_go_of_in_another_thread(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path, purpose="communique serve")
    lock.__enter__()
    thread = threading.Thread(target=lock.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with holder(tmp_path) as other:
        other.communicate()
    assert other.returncode == 0


def test_nobody_owns_a_free_home(tmp_path: Path) -> None:
    assert owner_of(tmp_path) == "Another process"
    assert owner_address(tmp_path) is None
    (tmp_path / "owner.json").write_text("[rubbish")
    assert owner_address(tmp_path) is None


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"), OwnerLock(tmp_path / "file", purpose="x"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_a_home_without_rights_is_one_sentence(open_folder: Path) -> None:
    """As an ordinary user, for root may write everywhere."""
    home = open_folder / "home"
    home.mkdir(mode=0o555)
    program = (
        "import os, sys; from pathlib import Path\n"
        "from index.errors import StoreError; from index.store.lock import OwnerLock\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    OwnerLock(Path(sys.argv[1]), purpose='x').__enter__()\n"
        "except StoreError as exc:\n"
        "    print(exc)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, home], capture_output=True, text=True, check=True)
    assert done.stdout == f"The home {home} cannot be written: Permission denied.\n"
