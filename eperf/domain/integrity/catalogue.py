"""The indicators I-01 to I-28, and the three patterns that no data shows.

The thresholds stand in the settings of the detectors; here is what an employee and a superior must know of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eperf.domain.errors import BadInput
from eperf.domain.integrity.finding import Detectable, EvidenceKind, Indicator, Strength

_D, _P, _N = Detectable.YES, Detectable.PARTLY, Detectable.NO
_K = EvidenceKind
_WEAK, _MODERATE, _STRONG = Strength.WEAK, Strength.MODERATE, Strength.STRONG

_ROWS: tuple[Indicator, ...] = (
    Indicator("I-01", "Koordinat yang sama dipakai beberapa orang", "Same coordinate reused by several people",
              _D, _K.PLACE, _STRONG, "Tablet presensi bersama", "A shared kiosk tablet", "Cirebon 2026"),
    Indicator("I-02", "Koordinat sendiri tanpa goyangan", "Own coordinate without jitter",
              _D, _K.PLACE, _MODERATE, "Lokasi tersimpan di ponsel", "A cached location", "Cirebon 2026"),
    Indicator("I-03", "Perpindahan yang mustahil", "Impossible travel",
              _D, _K.PLACE, _STRONG, "Penerbangan, atau jam yang salah", "A flight, or a wrong clock",
              "Grobogan 2025"),
    Indicator("I-04", "Tanda lokasi tiruan atau akurasi yang tetap", "Mock flag or constant accuracy",
              _P, _K.PLACE, _MODERATE, "Ponsel pengembang", "A developer's phone", "Android API"),
    Indicator("I-05", "Satu ponsel, banyak orang", "One phone, many people",
              _D, _K.DEVICE, _MODERATE, "Ponsel berpindah tangan", "A phone that changed hands", "Seluma 2025"),
    Indicator("I-06", "Titip absen pada mesin", "Proxy punching at a machine",
              _D, _K.DEVICE, _WEAK, "Berangkat bersama", "A car pool", "general"),
    Indicator("I-07", "Sandi atau kartu sebagai ganti jari", "Password or card instead of the finger",
              _D, _K.DEVICE, _WEAK, "Jari terluka atau aus", "A damaged finger", "ADMS verify codes"),
    Indicator("I-08", "Jam mesin salah", "The machine's clock is wrong",
              _D, _K.CLOCK, _WEAK, "Listrik padam", "A power loss", "machines in the field"),
    Indicator("I-09", "Presensi pulang sering tidak ada", "Missing out-punches as a pattern",
              _D, _K.PRESENCE, _WEAK, "Tidak ada mesin di pintu keluar", "No machine at the exit", "general"),
    Indicator("I-10", "Celah di tengah hari", "A gap in the day",
              _P, _K.PRESENCE, _WEAK, "Rapat di luar kantor", "A meeting outside", "Grobogan 2025"),
    Indicator("I-11", "Teks berulang", "Repeated text",
              _D, _K.TEXT, _WEAK, "Kalimat baku pekerjaan rutin", "Standard wording of routine work", "general"),
    Indicator("I-12", "Kegiatan yang tumpang tindih", "Overlapping activities",
              _D, _K.ENTRIES, _MODERATE, "Salah ketik", "A typing error", "general"),
    Indicator("I-13", "Waktu kerja yang dilaporkan melebihi kehadiran", "More minutes reported than present",
              _D, _K.PRESENCE, _MODERATE, "Tugas luar yang disetujui", "Approved work outside", "requirement"),
    Indicator("I-14", "Kegiatan pada hari cuti, libur, atau tidak hadir", "Work on leave, holiday or an absent day",
              _D, _K.PRESENCE, _MODERATE, "Cuti terlambat dicatat, atau lembur", "Leave entered late, overtime",
              "requirement"),
    Indicator("I-15", "Banyak laporan susulan sekaligus", "Many back-dated entries at once",
              _D, _K.ENTRIES, _WEAK, "Gangguan jaringan", "A network outage", "general"),
    Indicator("I-16", "Bukti yang sama", "Identical evidence",
              _D, _K.EVIDENCE, _MODERATE, "Foto bersama dari satu acara", "A team photo of one event",
              "requirement"),
    Indicator("I-17", "Bukti dibuat pada hari lain", "Evidence made on another day",
              _P, _K.EVIDENCE, _WEAK, "Jam kamera salah", "The camera's clock is wrong", "general"),
    Indicator("I-18", "Persetujuan beruntun", "A burst of approvals",
              _D, _K.APPROVAL, _MODERATE, "Tombol setujui semua", "A button that approves many", "general"),
    Indicator("I-19", "Atasan yang tidak pernah menolak", "An approver who never rejects",
              _D, _K.APPROVAL, _WEAK, "Tim yang sangat baik", "An excellent team", "general"),
    Indicator("I-20", "Nilai tanpa ragam", "Grades without variance",
              _D, _K.APPROVAL, _WEAK, "Unit kecil", "A small unit", "Surabaya study"),
    Indicator("I-21", "Bobot yang membengkak", "Inflated weights",
              _D, _K.ENTRIES, _WEAK, "Tugas baru", "A new task", "weights"),
    Indicator("I-22", "Menit bulat", "Round minutes",
              _D, _K.ENTRIES, _WEAK, "Isian bawaan formulir", "The form's default", "audit literature"),
    Indicator("I-23", "Waktu baku yang diulur", "Padded standard time",
              _D, _K.ENTRIES, _WEAK, "Perkara sulit", "Hard cases", "audit literature"),
    Indicator("I-24", "Ubah setelah disetujui, atau menyetujui milik sendiri", "Edit after approval, self-approval",
              _D, _K.APPROVAL, _STRONG, "", "", "audit literature"),
    Indicator("I-25", "Laporan diketik orang lain", "Entries made by a helper",
              _P, _K.DEVICE, _WEAK, "Komputer kantor bersama", "A shared office computer", "Surabaya study"),
    Indicator("I-26", "Diam, lalu ramai menjelang batas waktu", "Dormant, then a burst before the deadline",
              _D, _K.ENTRIES, _WEAK, "Kebiasaan", "A habit", "complaints of users"),
    Indicator("I-27", "Hadir tanpa hasil kerja", "Present without work",
              _D, _K.PRESENCE, _MODERATE, "Pekerjaan tidak dilaporkan", "Work that was not reported",
              "requirement"),
    Indicator("I-28", "Isi kosong (asal isi)", "Empty content",
              _P, _K.TEXT, _WEAK, "Singkatan", "An abbreviation", "requirement"),
    Indicator("N-1", "Hasil yang tidak berguna atau palsu", "A useless or fake result",
              _N, _K.PEOPLE, _WEAK, "", "", "found by human review or sampling"),
    Indicator("N-2", "Kerja sama atasan dan bawahan", "Collusion of superior and subordinate",
              _P, _K.PEOPLE, _WEAK, "", "", "only hinted at by I-18 to I-20; sampling by the inspectorate"),
    Indicator("N-3", "Jari palsu saat orang lain hadir", "A finger spoofed while another is present",
              _N, _K.PEOPLE, _WEAK, "", "", "found by a camera at the machine"),
)  # fmt: skip

INDICATORS: Mapping[str, Indicator] = MappingProxyType({row.code: row for row in _ROWS})
"""All, by code."""


def indicator(code: str) -> Indicator:
    """One indicator; refuses an unknown code."""
    if code not in INDICATORS:
        raise BadInput("indicator", code, "not one of I-01 to I-28 and N-1 to N-3")
    return INDICATORS[code]
