"""The version, alone, so that ``simpleflow --version`` imports nothing else."""

__version__ = "1.0.0.dev0"
