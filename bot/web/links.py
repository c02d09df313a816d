"""Links into the reading room, signed: one shows the passage that it was made for, and no other place."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import urlencode

_SALT = b"communique.web.v1"
_SIGNED = 12  # bytes of a signature: more than anybody can try
KEY = "web.key"
"""The file of the home with the key of links and sessions, where COMMUNIQUE_SECRET gives none."""


class PassageLinks:
    """Makes and checks addresses of passages. ``base`` is where the pages are reached, empty for a path."""

    def __init__(self, key: bytes, *, base: str = "") -> None:
        self._key = key
        self._base = base.rstrip("/")

    def to(self, article: str, start: int, end: int) -> str:
        """The address at which ``text[start:end]`` of an article is read among its neighbours."""
        query = urlencode({"start": start, "end": end, "sign": self._signature(article, start, end)})
        return f"{self._base}/read/{article}?{query}#quote"

    def holds(self, article: str, start: int, end: int, *, sign: str) -> bool:
        """Whether we made the link to this place."""
        return hmac.compare_digest(self._signature(article, start, end).encode(), sign.encode())

    def _signature(self, article: str, start: int, end: int) -> str:
        said = f"passage {article} {start} {end}".encode()
        made = hmac.new(self._key, said, hashlib.sha256).digest()[:_SIGNED]
        return base64.urlsafe_b64encode(made).decode()


def web_key(home: Path, secret: str) -> bytes:
    """The key of links and sessions: from the secret, which replicas share, else a file of the home."""
    if secret:
        made = hashlib.scrypt(secret.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
        return base64.urlsafe_b64encode(made)
    path = home / KEY
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)))
    return path.read_bytes()
