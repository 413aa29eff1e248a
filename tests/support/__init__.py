"""What the tests stand on: real databases and real server processes."""
