"""Words for lexical search, in Tantivy: BM25 over stemmed English words of titles and passages."""

import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from index.errors import StoreError

_ANALYZER = "english"
_WRITER_BYTES = 64 << 20
_PATIENCE = 60.0  # seconds for which another process that writes is waited for
_LONGEST_WORD = 40
_SHORTEST_RESPELLED = 4
_TWO_SLIPS = 8
_VOCABULARY = 5000
"""The most frequent words with one first letter that a misspelt one is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsOfPassage:
    """What is searchable of a passage: the article's title, and its own words with its table's header."""

    id: int
    title: str
    body: str


class LexicalIndex:
    """Passages by their words, and the number of the last change taken in, which the same commit carries.

    One process writes at a time. Where ``shared``, others write to the folder too: then it is let go of after
    each commit, and whoever finds it taken waits.

    Raises:
        StoreError: the folder cannot be opened, read or written, by any method.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self._shared = shared
        self._analyzer = _analyzer()
        self._index: tantivy.Index | None = None
        self._writer: Any = None
        self._lock = threading.Lock()

    def analyze(self, text: str) -> list[str]:
        """The words of ``text`` as they are indexed: lower case, without accents, stemmed."""
        return self._analyzer.analyze(text)

    def position(self) -> int:
        """The number of the last change taken in, 0 for none."""
        with self._translated():
            index = self._open()
            if self._shared:
                index.reload()
            searcher = index.searcher()
            marker = tantivy.Query.term_query(index.schema, "marker", "position")
            hits = searcher.search(marker, limit=1, count=False).hits
            return int(searcher.doc(hits[0][1])["change"][0]) if hits else 0

    def take_in(self, passages: Sequence[WordsOfPassage], *, dropped: Sequence[int], position: int) -> None:
        """Hold ``passages`` and let go of ``dropped``, together with the position, in one commit.

        Doing it twice changes nothing, should two threads catch up at once.
        """
        with self._translated(), self._lock:
            index = self._open()
            if self._writer is None:
                self._writer = self._new_writer(index)
            writer = self._writer
            try:
                # By query: the term that is made of a Python number is a signed one and matches nothing.
                gone = [*dropped, *(passage.id for passage in passages)]
                writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "passage", gone))
                for passage in passages:
                    document = tantivy.Document()
                    document.add_unsigned("passage", passage.id)
                    document.add_text("title", passage.title)
                    document.add_text("body", passage.body)
                    writer.add_document(document)
                writer.delete_documents_by_term("marker", "position")
                marker = tantivy.Document()
                marker.add_text("marker", "position")
                marker.add_unsigned("change", position)
                writer.add_document(marker)
                writer.commit()
            except BaseException:
                # A writer that failed keeps what it had; and the folder may be gone or another's by now.
                self._writer = self._index = None
                raise
            if self._shared:
                self._writer = None
                writer.wait_merging_threads()
            index.reload()

    def search(
        self,
        words: Mapping[str, float],
        *,
        count: int,
        title: float = 0.5,
        among: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """The ``count`` best passages by BM25 for analysed words with their weights, best first.

        With ``among`` only these passages are found. ``title`` is the share that a word counts in the title.
        Scores are rounded to 1e-3, for they still count deleted passages until a merge.
        """
        if not words:
            return []
        with self._translated():
            index = self._open()
            clauses = []
            for word, weight in words.items():
                for field, share in (("body", 1.0), ("title", title)):
                    if share:
                        query = tantivy.Query.term_query(index.schema, field, word, "freq")
                        boosted = tantivy.Query.boost_query(query, weight * share)
                        clauses.append((tantivy.Occur.Should, boosted))
            query = tantivy.Query.boolean_query(clauses)
            if among is not None:
                these = tantivy.Query.term_set_query(index.schema, "passage", list(among))
                silent = tantivy.Query.const_score_query(these, 0.0)
                query = tantivy.Query.boolean_query(
                    [(tantivy.Occur.Must, silent), (tantivy.Occur.Must, query)]
                )
            searcher = index.searcher()
            hits = searcher.search(query, limit=count, count=False).hits
            numbers = searcher.fast_field_values("passage", [address for _, address in hits])
            scored = [
                (int(number or 0), round(float(score), 3))
                for number, (score, _) in zip(numbers, hits, strict=True)
            ]
            return sorted(scored, key=lambda hit: (-hit[1], hit[0]))

    def frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each analysed word stands, and how many passages there are."""
        with self._translated():
            searcher = self._open().searcher()
            return {word: searcher.doc_freq("body", word) for word in words}, max(1, searcher.num_docs - 1)

    def holds(self, word: str) -> bool:
        """Whether any passage or title has ``word``, in any form with the same stem."""
        with self._translated():
            searcher = self._open().searcher()
            stems = self.analyze(word)
            return not stems or any(
                searcher.doc_freq(field, stem) for stem in stems for field in ("body", "title")
            )

    def respelled(self, word: str) -> str | None:
        """The indexed word that an analysed ``word`` standing nowhere may be meant as, None if none is near.

        One slip of the keyboard is allowed, two in a long word; the first letter is taken as right.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(word) < _SHORTEST_RESPELLED or not word.isalpha():
            return None
        with self._translated():
            terms = self._open().searcher().terms_with_prefix("body", word[0], limit=_VOCABULARY)
        slips = 1 if len(word) < _TWO_SLIPS else 2
        near = process.extract(
            word, [term for term, _ in terms], scorer=OSA.distance, score_cutoff=slips, limit=10
        )
        frequent = dict(terms)
        return min(near, key=lambda hit: (hit[1], -frequent[hit[0]]))[0] if near else None

    def ids(self) -> set[int]:
        """Every passage number held."""
        with self._translated():
            searcher = self._open().searcher()
            everything = tantivy.Query.all_query()
            hits = searcher.search(everything, limit=max(1, searcher.num_docs), count=False).hits
            numbers = searcher.fast_field_values("passage", [address for _, address in hits])
            return {int(number) for number in numbers if number is not None}

    def reset(self) -> None:
        """Throw everything away, the damaged folder with it; what it held can be taken in again."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the folder; waits for merges under way."""
        with self._translated(), self._lock:
            if self._writer is not None:
                self._writer.wait_merging_threads()
            self._writer = self._index = None

    def _new_writer(self, index: tantivy.Index) -> Any:
        """A writer; while another process has one, it is waited for."""
        ends = time.monotonic() + (_PATIENCE if self._shared else 0.0)
        while True:
            try:
                return index.writer(heap_size=_WRITER_BYTES, num_threads=1)
            except ValueError as exc:
                if "LockBusy" not in str(exc) or time.monotonic() > ends:
                    raise
            time.sleep(0.05)

    def _open(self) -> tantivy.Index:
        if self._index is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(_schema(), path=str(self._folder))
            index.register_tokenizer(_ANALYZER, self._analyzer)
            index.reload()
            self._index = index
        return self._index

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as exc:
            what = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
            raise StoreError(f"The word index in {self._folder} failed: {what}") from exc


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=False, indexed=True, fast=True)
    builder.add_text_field("title", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("body", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("marker", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("change", stored=True, indexed=False)
    return builder.build()
