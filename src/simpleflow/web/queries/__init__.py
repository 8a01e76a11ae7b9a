"""The only room of the pages that asks a service: calls become values."""
