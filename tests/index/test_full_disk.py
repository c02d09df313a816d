"""A disk that is full in the middle of adding: one sentence, nothing that was acknowledged is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.store.recording import article_id
from tests.collection import opened, story

ROOT = Path(__file__).parents[2]
STORIES = [story(f"ship{n}", sentences=400) for n in range(60)]

ADD = """
import resource, sys
from pathlib import Path
from index.errors import StoreError
from tests.collection import opened
from tests.index.test_full_disk import STORIES
try:
    with opened(Path(sys.argv[1])) as collection:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
        collection.indexer.add(STORIES, each=lambda one: print(one.id, flush=True))
except StoreError as exc:
    print(exc, file=sys.stderr)
"""


@pytest.mark.parametrize("room", [300_000, 900_000, 2_000_000])
def test_a_disk_that_fills_up_is_one_sentence_and_loses_nothing(tmp_path: Path, room: int) -> None:
    """No file may grow beyond ``room`` bytes, which is how one process alone can have its disk full."""
    done = subprocess.run(
        [sys.executable, "-c", ADD, tmp_path, str(room)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "failed" in done.stderr
    acknowledged = set(done.stdout.split())
    with opened(tmp_path) as collection:
        shown = {one.id for one in collection.reader.listing()}
        assert acknowledged <= shown < {article_id(one.identity) for one in STORIES}
        collection.add(*STORIES)
        assert len(list(collection.reader.listing())) == len(STORIES)
        assert collection.check().problems == ()
