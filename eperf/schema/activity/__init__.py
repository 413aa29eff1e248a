"""Activities (aktivitas)."""
