"""Who may come in, and what every answer says to the browser.

The name by which the pages are called is checked, so that no page of elsewhere can read them by a name of its own; who
changes something must come from here, with the token of a form that was made here.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import cookie_parser

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
COOKIE: Final = "simpleflow-token"
FORM: Final = "simpleflow.form"
"""The key of the fields of a form in the scope of a POST: lists of values by name."""
TOKEN: Final = "simpleflow.token"  # noqa: S105  # the key of it
"""The key of the token in the scope: what forms of this browser have to send back."""
THEME: Final = "simpleflow.theme"
TOLD: Final = "simpleflow-told"
"""The cookie with what was done: the next page tells it, and forgets it."""
LARGEST_FORM: Final = 512 * 1024
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # with no-referrer browsers say "Origin: null" when they send our own forms
    (b"cross-origin-opener-policy", b"same-origin"),
)
NO_STORE: Final = (b"cache-control", b"no-store")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Refusal = Callable[[int, str, str, str], bytes]
"""Status, title, what is wrong and what to do become a page."""


class Doors:
    """Lets requests in to an application, and puts the same headers on every answer."""

    def __init__(self, application: Application, *, hosts: Collection[str], refusal: Refusal) -> None:
        """*hosts* are names, in lower case, by which the pages may be called."""
        self.inside = application
        """What is behind the doors."""
        self._hosts = LOOPBACK | frozenset(hosts)
        self._refusal = refusal
        self._token = secrets.token_urlsafe(24)
        """For browsers that have none: one for all, so that a page whose request came without the cookie (by a link of
        elsewhere, say) does not make the forms of the others old."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inside(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        own = _token(headers.get("cookie", ""))
        token, is_new = own or self._token, not own
        scope[TOKEN] = token
        scope[THEME] = _cookie(headers.get("cookie", ""), "simpleflow-theme")

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                is_told = TOLD in headers.get("cookie", "") and "x-fragment" not in headers
                message["headers"] = _headers(
                    list(message["headers"]), scope, token if is_new else None, is_told=is_told
                )
            await send(message)

        host = headers.get("host", "")
        if not self._knows(host, scope.get("server")):
            await self._refuse(
                answer, 403, "Wrong name", f"These pages are not called {host!r}.", "Use the address that was printed."
            )
            return
        if scope["method"] == "POST":
            problem = await self._read_form(scope, receive, headers, host, token, is_new=is_new)
            if problem is not None:
                await self._refuse(answer, *problem)
                return
        await self.inside(scope, receive, answer)

    def _knows(self, host: str, server: tuple[str, int] | None) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.lower() in self._hosts:
            return True
        return server is not None and name.strip("[]") == server[0] and _is_address(name.strip("[]"))

    async def _read_form(
        self, scope: Scope, receive: Receive, headers: dict[str, str], host: str, token: str, *, is_new: bool
    ) -> tuple[int, str, str, str] | None:
        """Puts the fields of the form into the scope; or what is wrong with the request."""
        again = "Load the page again, and send its form from there."
        if headers.get("origin") != f"{scope.get('scheme', 'http')}://{host}":
            said = headers.get("origin", "no page at all")
            return (
                403,
                "Not from here",
                f"This request comes from {said}: only these pages may change something.",
                again,
            )
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return 415, "Not a form", "What was sent is no form of these pages.", again
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > LARGEST_FORM:
                return 413, "Too long", f"A form has at most {LARGEST_FORM // 1024} KB.", "Send less at once."
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        try:
            fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20_000)
        except (UnicodeDecodeError, ValueError):
            return 400, "Not a form", "What was sent cannot be read.", again
        said = fields.get("token", [""])[-1]
        if is_new or not hmac.compare_digest(said.encode(), token.encode()):
            return 403, "Old form", "The form does not have the token of this browser.", again
        scope[FORM] = fields
        return None

    async def _refuse(self, send: Send, status: int, title: str, what: str, what_to_do: str) -> None:
        body = self._refusal(status, title, what, what_to_do)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _is_address(name: str) -> bool:
    """An address cannot lie, a name can."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(text: str, name: str) -> str:
    """A cookie; those that others of this host have set may be as they like."""
    return cookie_parser(text).get(name, "")


def _token(cookies: str) -> str:
    """The token of this browser; empty if it has none."""
    found = _cookie(cookies, COOKIE)
    return found if 20 <= len(found) <= 100 and found.isascii() else ""


def _headers(
    headers: list[tuple[bytes, bytes]], scope: Scope, token: str | None, *, is_told: bool
) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in headers}
    headers += HEADERS
    if b"cache-control" not in names:
        headers.append(NO_STORE)
    is_page = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)
    if token is not None and is_page:
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
        if scope.get("scheme") == "https":
            cookie += "; Secure"
        headers.append((b"set-cookie", cookie.encode()))
    if is_told and is_page:
        headers.append((b"set-cookie", f"{TOLD}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict".encode()))
    return headers
