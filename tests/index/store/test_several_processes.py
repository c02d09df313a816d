"""Several processes that add at once, with PostgreSQL, a Chroma server and one home."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.doctor import check
from index.store.lexical import LexicalIndex
from index.store.reading import Reader
from tests.servers import ChromaServer

ROOT = Path(__file__).parents[3]

ADD = """
import sys
from pathlib import Path
from index.indexer import Indexer
from index.store.database import Database
from index.store.dense import DenseIndex
from index.store.lexical import LexicalIndex
from tests.collection import story
from tests.fakes import HashingEmbedder
name, url, chroma, home = sys.argv[1:]
embedder = HashingEmbedder()
dense = DenseIndex(chroma, model=embedder.model)
lexical = LexicalIndex(Path(home) / "words", shared=True)
indexer = Indexer(Database(url), embedder=embedder, dense=dense, lexical=lexical)
for number in range(10):
    report = indexer.add([story(f"{name}{number}", sentences=30), story(f"shared{number}", sentences=30)])
    assert not report.failed
lexical.close()
"""


@pytest.mark.timeout(300)
def test_what_several_processes_add_at_once_is_all_there(tmp_path: Path, empty_postgres: str) -> None:
    names = ("anna", "berta", "clara")
    with ChromaServer(tmp_path / "server") as chroma:
        adding = [
            subprocess.Popen(
                [sys.executable, "-c", ADD, name, empty_postgres, chroma.address, tmp_path], cwd=ROOT
            )
            for name in names
        ]
        assert [one.wait(240) for one in adding] == [0, 0, 0]
        database = Database(empty_postgres)
        dense = DenseIndex(chroma.address, model="tests/bag-of-words")
        lexical = LexicalIndex(tmp_path / "words", shared=True)
        titles = {one.title for one in Reader(database).listing()}
        checkup = check(database, dense=dense, lexical=lexical, model="tests/bag-of-words")
        lexical.close()
        database.close()
    assert titles == {f"All of {name}{number}" for name in (*names, "shared") for number in range(10)}
    assert checkup.problems == ()
