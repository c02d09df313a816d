"""The sample articles, indexed once for all tests of a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embed import SentenceTransformerEmbedder
from index.extract import read_path
from tests.collection import Collection, opened

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def model() -> SentenceTransformerEmbedder:
    """The model that comes with the installation, in the precision that every processor has."""
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """The sample articles with the hashing embedder; nothing may be added to them."""
    with opened(tmp_path_factory.mktemp("samples")) as collection:
        report = collection.indexer.add(read_path(SAMPLES / "articles"))
        assert report.added > 30
        assert not report.failed
        yield collection
