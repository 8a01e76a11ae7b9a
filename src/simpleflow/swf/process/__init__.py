"""The loops that poll, and what they run."""
