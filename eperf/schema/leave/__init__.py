"""Leave and duty orders (cuti, surat tugas)."""
