"""Migrations of the plugin's own tables, in the order of their numbers."""
