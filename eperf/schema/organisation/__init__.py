"""Units and positions (unit kerja, jabatan)."""
