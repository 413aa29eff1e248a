"""The laws of every kind of part by name, and how a part is held to them: `eperf plugins check`."""
