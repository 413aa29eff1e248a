"""Plugins: what is installed, how each is, and stopping one."""
