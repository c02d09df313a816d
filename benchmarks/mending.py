"""How long a collection takes to mend itself, and what it weighs.

    python -m benchmarks.mending HOME

Works on a copy of HOME, with SQLite and an embedded Chroma. Damages the index of vectors and then that of
words as a broken disk would, and opens the collection each time as a start of the service does: both are
filled again from the database, and nothing is embedded. Prints one JSON object; sizes are bytes a passage.
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.root import Root
from bot.settings import Settings
from index.errors import StoreError
from index.precision import processor
from index.store.doctor import check, repair


def main() -> int:
    """Measure; 1 if there is no collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("home", type=Path)
    original = parser.parse_args().home
    if not (original / "communique.db").exists():
        print(f"{original} holds no collection", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        home.mkdir()
        for name in ("communique.db", "chroma", "words"):
            copy = shutil.copytree if (original / name).is_dir() else shutil.copy2
            if (original / name).exists():
                copy(original / name, home / name)
        _opened(home)
        counts = _checked(home)
        sizes = {
            name: _size(home / name) / counts["passages"] for name in ("communique.db", "chroma", "words")
        }
        report = {"processor": processor(), "cores": os.cpu_count(), **counts}
        report |= {f"{name} bytes": round(size) for name, size in sizes.items()}
        for name in ("chroma", "words"):
            for file in filter(Path.is_file, (home / name).rglob("*")):
                file.write_bytes(b"damaged " * 500)
            report[f"{name} mended"] = _opened(home)
            report["problems"] = _checked(home)["problems"]
        print(json.dumps(report))
    return 0


def _opened(home: Path) -> dict[str, float]:
    """Open the collection, mending it where it must be: seconds, and those of the processor."""
    root = Root(Settings(COMMUNIQUE_HOME=home))  # type: ignore[call-arg]  # pydantic takes the variable's name
    begin, spent = time.perf_counter(), time.process_time()
    with root.collection(purpose="the benchmark") as collection:
        try:
            collection.indexer.recover()
        except StoreError:
            repair(root.database, embedder=root.embedder, dense=collection.dense, lexical=collection.lexical)
    root.close()
    return {
        "seconds": round(time.perf_counter() - begin, 1),
        "of the processor": round(time.process_time() - spent, 1),
    }


def _checked(home: Path) -> dict[str, Any]:
    root = Root(Settings(COMMUNIQUE_HOME=home))  # type: ignore[call-arg]  # the same
    with root.collection(purpose="the benchmark") as collection:
        found = check(
            root.database, dense=collection.dense, lexical=collection.lexical, model=root.embedder.model
        )
    root.close()
    return {"articles": found.articles, "passages": found.passages, "problems": list(found.problems)}


def _size(place: Path) -> int:
    """In bytes; a database without the pages that it has free."""
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    with closing(sqlite3.connect(place)) as database:
        used = "SELECT (page_count - freelist_count) * page_size"
        sizes = "pragma_page_count, pragma_freelist_count, pragma_page_size"
        return int(database.execute(f"{used} FROM {sizes}").fetchone()[0])


if __name__ == "__main__":
    raise SystemExit(main())
