"""The collector's tables, on the metadata of `index.store.schema`: sources, their pages, what is fetched."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    select,
)

from index.store.schema import Serial, metadata

sources = Table(
    "sources",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", String(8), nullable=False),  # page, feed, sitemap, site
    Column("parent", Serial),  # the site or index of sitemaps that led to it
    Column("recent", Boolean, nullable=False),  # only what appeared lately is taken from it
    Column("title", Text),
    Column("state", String(8), nullable=False),  # new, active, failing, paused
    Column("listed", Integer, nullable=False),  # entries in its last listing
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_of", Text),
    Column("interval", Integer, nullable=False),  # seconds between visits
    Column("due_at", DateTime(timezone=True)),  # null: not visited by itself
    Column("claimed_by", String(36)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("checked_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False),  # in a row
    Column("last_error", Text),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Index("sources_due", "due_at"),
)

PAUSED = select(sources.c.id).where(sources.c.state == "paused")
"""The sources that are not visited for now, and neither are their pages."""

pages = Table(
    "pages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False, unique=True),
    Column("host", String(255), nullable=False),
    Column("source", Serial, ForeignKey("sources.id"), nullable=False),
    Column("state", String(8), nullable=False),  # new, held, refused, gone, moved
    Column("listed", JSON, nullable=False),  # what the list said of it: title, published
    Column("listed_modified", Text),
    Column("content_hash", LargeBinary(16)),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_of", Text),
    Column("interval", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),  # claims since it was last dealt with
    Column("claimed_by", String(36)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("fetched_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
    Column("gone_since", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text),
    Index("pages_due", "due_at"),
    Index("pages_source", "source"),
)
"""One row an address that is visited for its article, whichever lists name it."""

holdings = Table(
    "holdings",
    metadata,
    Column("page", Serial, ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Column("article", String(16), primary_key=True),
    Index("holdings_article", "article"),
)
"""Which articles stand on which pages; one can stand on several, and goes when the last of them does."""

inbox = Table(
    "inbox",
    metadata,
    Column("page", Serial, ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("content_type", Text),
    Column("final_url", Text, nullable=False),
    Column("moved_to", Text),  # the page's address from now on, if its article is found there
    Column("received_at", DateTime(timezone=True), nullable=False),
)
"""What has been fetched and not yet been taken in: a killed process need not fetch it again."""
