"""eperf: an open performance service for public servants."""

__version__ = "0.1.0"
