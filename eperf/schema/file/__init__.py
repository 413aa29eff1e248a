"""Evidence files (bukti)."""
