"""The activity catalogue (katalog aktivitas)."""
