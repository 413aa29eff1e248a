"""The composition: web, worker and command line. The only floor that reads settings."""
