"""The other tables of ADMS: users, device options, the INFO string; and what is thrown away unread.

Machines push passwords, cards, fingerprints, faces and photos whether asked or not. Templates are "specific
personal data" under UU 27/2022: they stay in the machine. Of a user, the PIN and the name are kept, and
nothing else is ever handed to a caller who might store or log it.
"""

from __future__ import annotations

import re

from eperf.domain.attendance.source import KeptUser
from eperf.plugins.builtin.adms_lines import MAX_LINE_BYTES, fact, lines_of, pairs_of
from eperf.plugins.builtin.clock_fields import PIN

USER_TABLES = frozenset({"OPERLOG", "USERINFO", "USER"})
"""Tables whose user lines give PIN and name."""

_USER_WORD = re.compile(rb"[ \t]*USER[ \t]+(?=[a-z]{1,32}[ \t]*=)", re.IGNORECASE)
_BARE_USER = re.compile(rb"[ \t]*(?:PIN|UID|CARDNO)[ \t]*=", re.IGNORECASE)
_NAME_CHARS = 200

_OPTION_FACTS = {
    "devicename": "device_name",
    "fwversion": "firmware",
    "serialnumber": "serial_number",
    "platform": "platform",
    "pushversion": "push_version",
    "ipaddress": "ip",
}

_INFO_FACTS = ("firmware", "users", "fingerprints", "logs", "ip")
_NUMBERS = frozenset({"users", "fingerprints", "logs"})
_COUNT = re.compile(r"[0-9]{1,12}")


def read_user(line: bytes) -> tuple[KeptUser | None, tuple[str, ...]]:
    """The person in one user line, and the names (never the values) of the fields that were dropped.

    None when the line is no user line, is too long, or has no readable PIN.
    """
    word = _USER_WORD.match(line) if len(line) <= MAX_LINE_BYTES else None
    if len(line) > MAX_LINE_BYTES or not (word or _BARE_USER.match(line)):
        return None, ()
    cells = line[word.end() if word else 0 :].removesuffix(b"\r").decode("utf-8", "replace").split("\t")
    pairs = pairs_of(cells)
    dropped = tuple(
        sorted({cell.partition("=")[0].strip() for cell in cells if "=" in cell} - _kept_names(cells))
    )
    pin = pairs.get("pin", "")
    if not PIN.fullmatch(pin):
        return None, dropped
    return KeptUser(pin, "".join(c for c in pairs.get("name", "") if c.isprintable())[:_NAME_CHARS]), dropped


def _kept_names(cells: list[str]) -> set[str]:
    names = {cell.partition("=")[0].strip() for cell in cells}
    return {name for name in names if name.lower() in ("pin", "name")}


def read_users(body: bytes) -> tuple[tuple[KeptUser, ...], int]:
    """The people in an upload of users or operations, and how many lines it had."""
    people: list[KeptUser] = []
    count = 0
    for _, line in lines_of(body):
        count += 1
        person, _ = read_user(line)
        if person:
            people.append(person)
    return tuple(people), count


def read_options(body: bytes) -> dict[str, str]:
    """The facts kept of a device's options, `~DeviceName=..,FWVersion=..`: those on the list, nothing else."""
    cells = body[: 64 * MAX_LINE_BYTES].decode("utf-8", "replace").replace("\n", ",").split(",")
    pairs = pairs_of(cells)
    return {known: fact(pairs[name]) for name, known in _OPTION_FACTS.items() if pairs.get(name)}


def read_info(info: str) -> dict[str, str]:
    """The INFO string of a poll: firmware, users, fingerprints, logs, ip; counts that are no number are left
    out.
    """
    cells = zip(_INFO_FACTS, info[:MAX_LINE_BYTES].split(","), strict=False)
    facts = {name: fact(cell) for name, cell in cells}
    return {
        name: cell
        for name, cell in facts.items()
        if cell and (name not in _NUMBERS or _COUNT.fullmatch(cell))
    }
