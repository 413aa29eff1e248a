"""WebSocket frames as bytes, for a client that reads tens of thousands a second: no library's work for each message.

Only what a client of an update stream needs: an opening, text out, any frame in. A server's frames are not masked; a
client's are, here with zeros, which the protocol allows and which leaves the text as it is.
"""

from __future__ import annotations

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_FINAL = 0x80
_ZEROS = b"\0\0\0\0"


class Refused(Exception):
    """The server did not open the socket, or sent what no server may send."""


def opening(host: str, path: str, protocol: str) -> bytes:
    """The request that opens a socket; the key is any sixteen bytes, and its answer is not looked at."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
    return "\r\n".join([*lines, f"Sec-WebSocket-Protocol: {protocol}", "", ""]).encode()


def framed(payload: bytes, kind: int = TEXT) -> bytes:
    """A whole message of a client."""
    size = len(payload)
    if size < 126:
        head = bytes((_FINAL | kind, 0x80 | size))
    elif size < 65536:
        head = bytes((_FINAL | kind, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FINAL | kind, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + _ZEROS + payload


def closing(payload: bytes) -> tuple[int, str]:
    """The code and the reason of a closing frame; 1005 where it has none."""
    return (int.from_bytes(payload[:2], "big"), payload[2:].decode()) if payload else (1005, "")


class Reader:
    """Cuts what comes from a server into frames, however the network has cut it."""

    def __init__(self) -> None:
        self._left = b""
        self.opened = False
        """Whether the server has agreed to the socket."""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The kind and the payload of each frame that is whole by now; raises `Refused`."""
        data = self._left + data if self._left else data
        at, found = 0, []
        if not self.opened:
            at = self._head(data)
            if not at:
                self._left = data
                return []
            self.opened = True
        while frame := _frame(data, at):
            kind, begin, at = frame
            found.append((kind, data[begin:at]))
        self._left = data[at:]
        return found

    @property
    def empty(self) -> bool:
        """Whether nothing waits for its rest, so that the next byte begins a frame."""
        return self.opened and not self._left

    def _head(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if not data.startswith(b"HTTP/1.1 101 "):
            raise Refused(data[:200].decode(errors="replace"))
        return end + 4


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Kind, begin and end of the frame at a place; None until it is whole."""
    if len(data) < at + 2:
        return None
    first, size = data[at], data[at + 1]
    if not first & _FINAL or first & 0x70 or size & 0x80:
        raise Refused(f"a frame in parts, compressed or masked: {data[at : at + 2].hex()}")
    begin = at + 2
    if size >= 126:
        wide = 2 if size == 126 else 8
        size, begin = int.from_bytes(data[begin : begin + wide], "big"), begin + wide
    end = begin + size
    return (first & 0x0F, begin, end) if len(data) >= end else None
