"""Pages of a history: a part of it, forward or backward, and the token that goes on."""

from __future__ import annotations

from msgspec import Raw

from swf.protocol import texts, wire
from swf.protocol.limits import PAGE_SIZE
from swf.server.store.histories import Histories, Warm
from swf.server.tokens import page_position, page_token


def event_page(
    histories: Histories,
    warm: Warm,
    *,
    first: int,
    last: int,
    size: int | None,
    newest_first: bool,
    token: str | None,
    question: str,
) -> tuple[Raw, str | None]:
    """The stored events from *first* to *last* that fit one page, and the token for the next, or None.

    *token* continues an earlier page of the same *question*; ValidationException if it is of another.
    *size* None or 0 means the largest page.
    """
    asked = f"{question} {newest_first}".encode()
    if token is not None:
        position = page_position(token, asked)
        if not position.isdigit():
            raise texts.invalid_token()
        if newest_first:
            last = int(position)
        else:
            first = int(position)
    limit = min(size or PAGE_SIZE, PAGE_SIZE)
    bodies = _bodies(histories, warm, first, last, limit=limit, newest_first=newest_first)
    following = last - limit if newest_first else first + limit
    more = first <= following <= last
    return Raw(wire.join_events(bodies)), page_token(asked, str(following)) if more else None


def _bodies(histories: Histories, warm: Warm, first: int, last: int, *, limit: int, newest_first: bool) -> list[bytes]:
    if first >= warm.tail_from:
        offset = first - warm.tail_from
        bodies = warm.tail[offset : offset + last - first + 1]
        if newest_first:
            bodies.reverse()
        return bodies[:limit]
    return histories.bodies(warm.row, first, last, limit=limit, newest_first=newest_first)
