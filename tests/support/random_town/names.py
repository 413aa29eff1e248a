"""Words for people, work and notes; some are awkward on purpose: quotes, escapes, signs beyond the basic plane."""

FIRST = (
    "Sri", "Budi", "Wati", "Joko", "Eka", "Agus", "siti", "DEWI", "Rini", "Ólafur", "Nur'aini", "I Made", "Ng",
    "Ujang", "Yosef", "Zul", "ʿAbd", "Ça", "%Persen", "Garis_bawah",
)  # fmt: skip
LAST = (
    "Santoso", "Wijaya", "binti Haji", "Simatupang", "de Fretes", "O\"Neil", "Hutapea", "Ni Luh", "Sari", "\U0001f600",
)  # fmt: skip
RESULTS = (
    "Surat selesai", "Laporan\ndua baris", "tab\tdi tengah", "\"kutip\" dan \\garis\\ miring", "</script>&amp;",
    "garis\u2028pemisah", "ünïcødé \U0001f4c4", "nol\u200blebar", "100% /slash/", "é vs e\u0301",
)  # fmt: skip
RANKS = ("II/a", "III/a", "III/d", "IV/a", None)
STATUSES = ("present", "late", "early_leave", "absent", "off", "holiday", "incomplete")
KINDS = ("agency", "office", "section", "division", "school")
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
