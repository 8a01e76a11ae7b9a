"""How long random tests try: a little in ``make check``, much in ``make soak``."""

from __future__ import annotations

import os


def rounds(usual: int, thorough: int) -> int:
    """The number of rounds of the profile that runs."""
    return thorough if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else usual
