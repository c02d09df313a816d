"""Decompression that stops at a limit, so that a small reply cannot fill the memory."""

import zlib
from collections.abc import Iterable

GZIP_MAGIC = b"\x1f\x8b"
_STEP = 65536


class TooLarge(Exception):
    """More bytes came out, or in, than were allowed."""


class Damaged(Exception):
    """The bytes are not what their encoding says, or they end too early."""


class Inflater:
    """Takes the bytes of a reply as they come and gives them decoded, at most ``limit`` bytes in, and out.

    ``encoding`` is ``identity``, ``gzip`` or ``deflate`` (RFC 9110, 8.4.1; deflate also without its zlib
    wrapper, as some servers send it).
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding
        self._left = limit
        self._in_left = limit
        self._machine = zlib.decompressobj(wbits=31 if encoding == "gzip" else 15)
        self._begun = False
        self._ended = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The decoded pieces of one more chunk.

        Raises:
            TooLarge: the limit is passed.
            Damaged: the bytes cannot be decoded.
        """
        self._in_left -= len(chunk)
        if self._in_left < 0:
            raise TooLarge
        if self._encoding == "identity":
            return [chunk]
        pieces: list[bytes] = []
        while chunk:
            if self._ended and not self._next_member(chunk):
                break
            try:
                piece = self._machine.decompress(chunk, min(_STEP, self._left + 1))
            except zlib.error as exc:
                if not self._begun and self._encoding == "deflate":
                    self._begun = True
                    self._machine = zlib.decompressobj(wbits=-15)
                    continue
                raise Damaged from exc
            self._begun = True
            self._count(len(piece))
            pieces.append(piece)
            self._ended = self._machine.eof
            chunk = self._machine.unused_data if self._ended else self._machine.unconsumed_tail
        return pieces

    def finish(self) -> None:
        """Say that the reply is over.

        Raises:
            Damaged: the compressed data was not.
        """
        if self._encoding != "identity" and self._begun and not self._ended:
            raise Damaged

    def _next_member(self, chunk: bytes) -> bool:
        """Whether another gzip member follows (RFC 1952, 2.2); what else follows is padding."""
        if self._encoding == "gzip" and chunk.startswith(GZIP_MAGIC):
            self._machine = zlib.decompressobj(wbits=31)
            self._ended = False
            return True
        return False

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge


def inflated(chunks: Iterable[bytes], *, encoding: str = "gzip", limit: int) -> bytes:
    """All the chunks decoded.

    Raises:
        TooLarge: more than ``limit`` bytes would come out.
        Damaged: the bytes cannot be decoded, or end too early.
    """
    machine = Inflater(encoding, limit)
    pieces = [piece for chunk in chunks for piece in machine.feed(chunk)]
    machine.finish()
    return b"".join(pieces)
