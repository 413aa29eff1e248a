"""What a file is, from its content: the sender's word is never taken for it.

A short list of our own instead of a library of hundreds of signatures: what is not on the list is not kept, and what is
on it is looked at beyond its first bytes.
"""

from __future__ import annotations

import codecs
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT, CSV = "text/plain", "text/csv"
KEPT = ("application/pdf", "image/png", "image/jpeg", "image/webp", _WORD, _SHEET, TEXT, CSV)
"""The media types that are kept."""
_MEMBERS = 10_000
_PIECE = 1 << 18
_BLANKS = frozenset("\t\n\r\f")


def sniff(path: Path) -> str | None:
    """The media type of a file on the list, or None. Text is `text/plain`: nothing in it can tell that it is CSV."""
    with path.open("rb") as file:
        head = file.read(32)
    size = path.stat().st_size
    found = next((media_type for test, media_type in _SIGNATURES if test(head, size)), None)
    if found is not None:
        return found
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    return TEXT if size and _is_text(path) else None


def _is_webp(head: bytes, size: int) -> bool:
    return (
        head[:4] == b"RIFF"
        and head[8:12] == b"WEBP"
        and 0 <= size - 8 - int(struct.unpack("<I", head[4:8])[0]) <= 1
    )


_SIGNATURES: tuple[tuple[Callable[[bytes, int], bool], str], ...] = (
    (lambda head, size: head.startswith(b"%PDF-") and size > 32, "application/pdf"),
    (lambda head, _: head[:16] == b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "image/png"),
    (lambda head, size: head.startswith(b"\xff\xd8\xff") and size > 32, "image/jpeg"),
    (_is_webp, "image/webp"),
)


def _office(path: Path) -> str | None:
    """Only names are read, nothing is unpacked; a document with macros is not on the list."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        return None
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    if macros or len(names) > _MEMBERS or "[Content_Types].xml" not in names:
        return None
    if "word/document.xml" in names:
        return _WORD
    return _SHEET if "xl/workbook.xml" in names else None


def _is_text(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                if not _is_plain(decoder.decode(piece)):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _is_plain(text: str) -> bool:
    return not any((sign < " " and sign not in _BLANKS) or "\x7f" <= sign <= "\x9f" for sign in set(text))
