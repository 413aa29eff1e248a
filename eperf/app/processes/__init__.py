"""Several server processes on one socket: a supervisor that serves nothing, and its workers that serve everything."""
