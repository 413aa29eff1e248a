"""Employees (pegawai ASN)."""
