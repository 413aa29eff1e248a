"""Updates (pembaruan)."""
