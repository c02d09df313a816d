"""Extract: files, folders and bytes from the web to articles, or to one sentence on why not.

``read_path`` and ``read_bytes`` yield an :class:`~index.article.Article` or a
:class:`~index.article.Failure` for each article found, and never raise on content, whatever it is.
"""

from index.extract.files import read_path
from index.extract.formats import read_bytes

__all__ = ["read_bytes", "read_path"]
