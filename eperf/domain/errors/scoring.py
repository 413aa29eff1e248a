"""What scoring and plugins refuse."""

from __future__ import annotations

from collections.abc import Iterable

from eperf.domain.errors.core import Refused


class ScoringFrameInvalid(Refused):
    """The facts of a unit's month do not have the shape that scoring reads; `field` is `table.column`."""

    code = "SCORING_FRAME_INVALID"
    text_id = "Data penilaian {field} tidak sah: {why} (nilai: {value})."
    text_en = "Scoring data {field} is not valid: {why} (value: {value})."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)


class WeightsNot100(Refused):
    """The weights of a score's components do not sum to 100 per cent."""

    code = "WEIGHTS_NOT_100"
    text_id = "Jumlah bobot komponen harus 100 persen, bukan {value}."
    text_en = "The weights of the components must sum to 100 per cent, not {value}."


class ClientsBroken(Refused):
    """A change of plugins would break operations that clients have registered; the message names each."""

    code = "CLIENTS_BROKEN"
    text_id = "Operasi klien akan rusak: {value}"
    text_en = "Operations of clients would break: {value}"

    def __init__(self, broken: Iterable[str]) -> None:
        self.broken = tuple(broken)
        super().__init__("plugins", "; ".join(self.broken))

    def message(self, language: str) -> str:
        """The reason with every operation in full: it is read by the person who runs the command."""
        template = self.text_id if language.startswith("id") else self.text_en
        return template.format(value="; ".join(self.broken))


class PluginsRefused(Refused):
    """Strict start: at least one plugin was refused; the message names each with its cause."""

    code = "PLUGINS_REFUSED"
    text_id = "Plugin ditolak: {value}"
    text_en = "Plugins were refused: {value}"

    def __init__(self, causes: dict[str, str]) -> None:
        self.causes = dict(causes)
        super().__init__("plugins", "; ".join(f"{name}: {cause}" for name, cause in causes.items()))

    def message(self, language: str) -> str:
        """The reason with every cause in full: it is read by the person who starts the server."""
        template = self.text_id if language.startswith("id") else self.text_en
        return template.format(value="; ".join(f"{name}: {cause}" for name, cause in self.causes.items()))
