"""The stores: the database is the truth; Chroma and Tantivy are derived from it and keep in step."""
