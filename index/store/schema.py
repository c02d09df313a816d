"""The tables of ``index`` on the one `metadata` that every package declares its tables on.

Migrations (``index/migrations``) are written by hand and import nothing from here.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()
Serial = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept in UTC: SQLite would drop the zone and keep the hands of the clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC, which a time without a zone is taken to be."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


articles = Table(
    "articles",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=True),  # the version that is shown; null: none yet, or taken out
    Column("newest", Integer, nullable=False),  # the newest version stored; equals `version` once it is shown
    Column("removed_at", Moment),
    Column("original", String(16)),  # the article that this one is a copy of, by `index.store.copies`
    Column("added_at", Moment, nullable=False),
    Index("articles_original", "original"),
)
"""One row an article, for ever; what it says stands in its versions."""

versions = Table(
    "versions",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text),
    Column("url", Text),
    Column("title", Text),
    Column("publisher", Text),
    Column("authors", JSON, nullable=False),
    Column("published", Date),
    Column("published_at", Moment),
    Column("date_source", String(16)),
    Column("date_evidence", Text),
    Column("modified", Moment),
    Column("language", String(8)),
    Column("text", Text, nullable=False),
    Column("page_starts", JSON),  # of a PDF: offsets in the text
    Column("content_hash", LargeBinary(16), nullable=False),  # of text and of all fields above
    Column("text_hash", LargeBinary(16), nullable=False),
    Column("first_passage", Serial, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("versions_text_hash", "text_hash"),
    Index("versions_published", "published"),
)
"""Every version seen. Its passages have the numbers first_passage … first_passage + passages - 1."""

signatures = Table(
    "signatures",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("text_hash", LargeBinary(16), nullable=False),
    Column("shingles", Integer, nullable=False),
    Column("signature", LargeBinary, nullable=False),  # uint32, little-endian: `index.likeness.Signature`
    Index("signatures_text_hash", "text_hash"),
)
"""By what its copies find an article; only articles that are no copies themselves have one."""

signature_bands = Table(
    "signature_bands",
    metadata,
    Column("band", Serial, primary_key=True, autoincrement=False),
    Column("article_id", String(16), primary_key=True),
    sqlite_with_rowid=False,
)
"""Parts of signatures, to look up those that agree in one."""

passages = Table(
    "passages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=False),
    Column("article_id", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("header", Text, nullable=False),
    Column("is_table", Boolean, nullable=False),
    Column("vector_hash", LargeBinary(16), nullable=False),  # of header and text, as embedded
)

vectors = Table(
    "vectors",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("model", String(255), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian, of unit length
)

changes = Table(
    "changes",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),  # "add" or "drop"
    Column("article_id", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_passage", Serial, nullable=False),
    Column("passages", Integer, nullable=False),
)
"""What the derived stores take in, in order: the passages of a version come, or go."""

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Serial, nullable=False),
)
"""Numbers given out under a lock, so that none is committed after a higher one: "change", "passage"."""

states = Table(
    "states",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""Small facts about this home that outlive a process: the model in use, the processor's better precision."""

figures = Table(
    "figures",
    metadata,
    Column("source", String(8), primary_key=True),
    Column("edition", String(16), primary_key=True),
    Column("metric", String(16), primary_key=True),
    Column("country", String(64), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("iso3", String(3)),
    Column("unit", String(64), nullable=False),
    Column("value", Float),
    Column("estimate", Boolean, nullable=False),
    Column("base_year", Integer),
)

editions = Table(
    "editions",
    metadata,
    Column("source", String(8), primary_key=True),
    Column("edition", String(16), primary_key=True),
    Column("edition_date", Date),
    Column("known_by", Date, nullable=False),  # the day by which it was certainly out
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("whole", Boolean, nullable=False),  # false: single figures, or second-hand
    Column("provenance", Text, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("imported_at", Moment, nullable=False),
)

model_use = Table(
    "model_use",
    metadata,
    Column("day", Date, primary_key=True),
    Column("model", String(128), primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("prompt_tokens", Serial, nullable=False),
    Column("completion_tokens", Serial, nullable=False),
    Column("held", Serial, nullable=False),  # set aside for requests under way
    Column("cost", Serial, nullable=False, server_default="0"),  # in millionths, by the prices of then
)
"""The tokens that language models took and what they cost, by day (UTC)."""
