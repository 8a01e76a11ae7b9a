"""AWS Signature Version 4, the side that checks: who has signed this request, with which key, and when.

Source: AWS General Reference, "Signing AWS API requests" (SigV4, `AWS4-HMAC-SHA256`).
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from swf.protocol.faults import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from swf.server.pending import REGION

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "swf"
LONGEST_SKEW_S: Final = 300
"""How far the clock of a caller may be from ours."""
MUST_BE_SIGNED: Final = ("host", "x-amz-date", "x-amz-target")
"""Without these a signature could be used for another service, another time or another operation."""
_DATE: Final = "%Y%m%dT%H%M%SZ"
_PARTS: Final = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_REGION: Final = re.compile(r"Credential=[^,\s]+/([a-z0-9-]{1,32})/swf/aws4_request(?![^,\s])")
_SPACES: Final = re.compile(r" +")
_WRONG: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body. Names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """The values of a header, in order."""
        return [value for each, value in self.headers if each == name]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a caller says of its signature."""

    key_id: str
    day: str
    region: str
    signed_headers: tuple[str, ...]
    signature: str
    date: str

    @property
    def scope(self) -> str:
        """The credential scope, without the key id."""
        return f"{self.day}/{self.region}/{SERVICE}/aws4_request"


def region_of(authorization: str) -> str:
    """The region in the credential scope of the header, be it verified or not; the usual one if there is none."""
    found = _REGION.search(authorization)
    return found[1] if found else REGION


def claim_of(head: Head) -> Claim:
    """What the headers claim; faults if they claim nothing, or nothing that can be checked."""
    said = head.values("authorization")
    if not said:
        raise MissingAuthenticationTokenException("Request is missing Authentication Token")
    algorithm, _, rest = said[0].partition(" ")
    parts = dict(_PARTS.findall(rest))
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if name not in parts]
    dates = head.values("x-amz-date")
    if algorithm != ALGORITHM or missing or len(said) > 1 or len(dates) != 1:
        raise IncompleteSignatureException(
            f"The Authorization header must be '{ALGORITHM} Credential=..., SignedHeaders=..., Signature=...', once,"
            " beside one X-Amz-Date header."
        )
    scope = parts["Credential"].rsplit("/", 4)
    if len(scope) != 5 or scope[3:] != [SERVICE, "aws4_request"]:
        raise InvalidSignatureException(f"Credential should be scoped to service {SERVICE!r} and 'aws4_request'.")
    headers = tuple(parts["SignedHeaders"].split(";"))
    for name in MUST_BE_SIGNED:
        if name not in headers and head.values(name):
            raise InvalidSignatureException(f"The header {name!r} must be signed.")
    return Claim(scope[0], scope[1], scope[2], headers, parts["Signature"], dates[0])


def secret_for(claim: Claim, secrets: Mapping[str, str], now: float) -> str:
    """The secret of the key that was claimed; faults if nobody knows the key, or the time is not about *now*."""
    if claim.key_id not in secrets:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    try:
        signed_at = datetime.datetime.strptime(claim.date, _DATE).replace(tzinfo=datetime.UTC).timestamp()
    except ValueError as error:
        raise IncompleteSignatureException("The X-Amz-Date header must look like 20130524T000000Z.") from error
    if claim.date[:8] != claim.day:
        raise InvalidSignatureException(f"Date in Credential scope does not match the date {claim.date}.")
    if abs(now - signed_at) > LONGEST_SKEW_S:
        ours = datetime.datetime.fromtimestamp(now, datetime.UTC).strftime(_DATE)
        when = "expired" if signed_at < now else "not yet current"
        raise InvalidSignatureException(
            f"Signature {when}: {claim.date} is more than {LONGEST_SKEW_S // 60} min. from {ours}. Set the clock."
        )
    return secrets[claim.key_id]


def verify(head: Head, body: bytes, claim: Claim, secret: str) -> None:
    """Returns if the request was signed with *secret*; InvalidSignatureException if not."""
    expected = signature(head, body, claim, secret)
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise InvalidSignatureException(_WRONG)


def signature(head: Head, body: bytes, claim: Claim, secret: str) -> str:
    """The signature of a request, as its sender must have computed it."""
    canonical = "\n".join(
        (
            head.method,
            quote(head.path or "/", safe="/-_.~"),
            _canonical_query(head.query),
            *(f"{name}:{_canonical_values(head.values(name))}" for name in claim.signed_headers),
            "",
            ";".join(claim.signed_headers),
            hashlib.sha256(body).hexdigest(),
        )
    )
    to_sign = "\n".join((ALGORITHM, claim.date, claim.scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (claim.day, claim.region, SERVICE, "aws4_request"):
        key = _hmac(key, part)
    return _hmac(key, to_sign).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_query(query: str) -> str:
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _canonical_values(values: Sequence[str]) -> str:
    return ",".join(_SPACES.sub(" ", value.strip()) for value in values)
