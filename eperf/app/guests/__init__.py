"""Plugins that work in the service: their loops, routes, sinks, jobs and commands."""
