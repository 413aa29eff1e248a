"""Adjusting entries of closed months (penyesuaian)."""
