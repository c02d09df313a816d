"""Secrets at rest: sealed with a key made from COMMUNIQUE_SECRET."""

import base64
import hashlib

from bot.errors import SecretError

_SALT = b"communique.installations.v1"


class Seal:
    """Seals and opens with Fernet (AES-128-CBC and HMAC-SHA-256, from ``cryptography``).

    The key is derived from the setting by scrypt, so that a phrase will do. Raises SecretError where there
    is no secret.
    """

    def __init__(self, secret: str) -> None:
        from cryptography.fernet import Fernet

        if not secret:
            raise SecretError("Set COMMUNIQUE_SECRET: tokens of installations are kept encrypted with it.")
        key = hashlib.scrypt(secret.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, text: str) -> bytes:
        """``text``, encrypted and signed."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed.

        Raises:
            SecretError: it was sealed with another secret, or changed since.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as exc:
            raise SecretError(
                "A stored token cannot be read: COMMUNIQUE_SECRET is not the one it was kept with."
            ) from exc
