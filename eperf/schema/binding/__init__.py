"""Plugins, their parts, and where they are bound."""
