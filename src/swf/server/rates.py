"""How often something may be asked or decided: Amazon's token buckets, for those who want to meet them at home."""

from __future__ import annotations

from collections.abc import Mapping

from swf.protocol.limits import DECISIONS, REQUESTS, Bucket


class Rates:
    """One bucket for every operation and for every type of decision; what has none is not limited."""

    def __init__(self, requests: Mapping[str, Bucket] = REQUESTS, decisions: Mapping[str, Bucket] = DECISIONS) -> None:
        self._requests = {name: _Level(bucket) for name, bucket in requests.items()}
        self._decisions = {name: _Level(bucket) for name, bucket in decisions.items()}

    def admits_request(self, operation: str, now: float) -> bool:
        """Takes a token for a call."""
        level = self._requests.get(operation)
        return level is None or level.take(now)

    def admits_decision(self, decision: str, now: float) -> bool:
        """Takes a token for a decision."""
        level = self._decisions.get(decision)
        return level is None or level.take(now)


class _Level:
    """How full a bucket is."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._tokens = float(bucket.size)
        self._at = 0.0

    def take(self, now: float) -> bool:
        gained = max(0.0, now - self._at) * self._bucket.refill
        self._tokens = min(float(self._bucket.size), self._tokens + gained)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
