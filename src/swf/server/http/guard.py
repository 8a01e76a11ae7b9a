"""Who may come in: by what name the door is called, from where, and with which key."""

from __future__ import annotations

import hmac
import ipaddress
import os
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from swf.protocol.faults import AccessDeniedException
from swf.server.http.signature import Claim, Head, claim_of, secret_for, verify

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_BEARER: Final = "Bearer "

Scope = dict[str, Any]


class KeysError(Exception):
    """The file of keys cannot be used."""


def read_keys(path: Path) -> dict[str, str]:
    """Access key ids and their secrets from a file: a line each, parted by a space; ``#`` begins a comment.

    Raises KeysError if it cannot be read, is empty, or others than its owner may read it.
    """
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"cannot read the keys in {path}: {getattr(error, 'strerror', None) or error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeysError(f"others may read the keys in {path}; forbid it with: chmod 600 {path}")
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise KeysError(f"{path}, line {number}: expected an access key id and its secret, parted by a space")
        keys[words[0]] = words[1]
    if not keys:
        raise KeysError(f"there are no keys in {path}; a line is: ACCESS_KEY_ID SECRET")
    return keys


@dataclass(frozen=True, slots=True)
class Entry:
    """The claim of a caller, to be verified when its body is there; None if it needs no signature."""

    head: Head | None = None
    claim: Claim | None = None
    secret: str = ""

    def verify(self, body: bytes) -> None:
        """Returns if the body is what was signed; InvalidSignatureException if not."""
        if self.head is not None and self.claim is not None:
            verify(self.head, body, self.claim, self.secret)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets requests in, or raises the fault that says why not."""

    hosts: Collection[str]
    """Names by which the door may be called, in lower case: others come from a page that lied about its address."""
    keys: Mapping[str, str] | None
    """Secrets by access key id; None: nobody needs a signature."""
    owner_secret: str | None
    """What only the user who owns the file can read; None if there is no file."""
    now: Callable[[], float]
    """The wall clock."""

    def check_host(self, scope: Scope, host: str) -> None:
        """AccessDeniedException if the door is called by a name that is not its own."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.lower() in self.hosts:
            return
        server = scope.get("server")
        if server is not None and name.strip("[]") == server[0]:
            return  # an address cannot lie
        raise AccessDeniedException(f"This service is not called {host!r}.")

    def admit(self, scope: Scope) -> Entry:
        """Checks all that can be checked before the body is read; the fault says what is wrong."""
        if self.keys is None or self.is_owner(scope):
            return Entry()
        head = _head(scope)
        claim = claim_of(head)
        return Entry(head, claim, secret_for(claim, self.keys, self.now()))

    def is_owner(self, scope: Scope) -> bool:
        """Whether the caller is on this machine and knows what only the owner of the file can read."""
        if self.owner_secret is None or not is_here(scope):
            return False
        said = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return hmac.compare_digest(said, f"{_BEARER}{self.owner_secret}".encode())


def is_here(scope: Scope) -> bool:
    """Whether the caller is on this machine."""
    client, server = scope.get("client"), scope.get("server")
    if client is None:
        return False
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or (server is not None and client[0] == server[0])


def _head(scope: Scope) -> Head:
    return Head(
        scope["method"],
        scope["path"],
        scope.get("query_string", b"").decode("latin-1"),
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
    )
