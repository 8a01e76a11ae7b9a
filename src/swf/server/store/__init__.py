"""One SQLite file: histories and what is derived from them, written in the same transaction."""
