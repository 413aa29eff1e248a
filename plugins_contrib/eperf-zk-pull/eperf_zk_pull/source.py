"""The source `zk-pull/port-4370`: a machine is asked for its whole log, and what is new in it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from eperf.plugins import BadInput, DeviceState
from eperf.plugins.sources import (
    COMM_KEY_OPTION,
    HOST_OPTION,
    PORT_OPTION,
    Offline,
    Outside,
    PullRead,
    unseen,
)
from eperf_zk_pull.fetch import fetch
from eperf_zk_pull.records import read_records, split

SEEN = "zk_log"
"""The device's stamp: how many records were read, and their digest."""

USUAL_PORT, MOST_KEY = 4370, 999_999


class ZkPull(Offline):
    """A machine on the own network that nothing is installed on."""

    name = "port-4370"
    version = "1.0"
    codes = "adms"
    """Whose numbers states and verify codes are in files of such a device."""

    def is_asked(self, options: Mapping[str, str]) -> bool:
        """With an address."""
        return HOST_OPTION in options

    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """What the log has beyond what was read before: see `unseen`. The machine's log is never cleared."""
        options = device.options
        port = _number(options, PORT_OPTION, USUAL_PORT, 1, 65_535)
        key = _number(options, COMM_KEY_OPTION, 0, 0, MOST_KEY)
        fetched = fetch(outside.address(options[HOST_OPTION]), port, key)
        records = split(fetched.log, fetched.records)
        begin, stamps = unseen(records, device.stamps, SEEN)
        punches, skipped = read_records(records, fetched.users, device.zone_offset_min, begin)
        return PullRead(punches, skipped, stamps)


def _number(options: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = options.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        shown = "(secret)" if name == COMM_KEY_OPTION else text
        raise BadInput(name, shown, f"a whole number from {least} to {most}")
    return int(text)
