"""The embedded service: Amazon SWF on one SQLite file."""
