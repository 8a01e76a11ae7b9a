"""Pages: a part of a history or of a list, forward or backward, and the token that goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw

from swf.protocol import texts, wire
from swf.protocol.base import Request
from swf.protocol.limits import PAGE_SIZE
from swf.server.store.histories import Histories, Warm
from swf.server.tokens import LARGEST_ROW, page_position, page_token

_POSITION: Final = re.compile(r"[0-9]{1,9}")
"""An event id."""

Item = TypeVar("Item")
Position = TypeVar("Position")


def question_of(request: Request[Any]) -> bytes:
    """What a page token is bound to: the operation and its arguments, page size and token aside."""
    defaults = {"next_page_token": None, "maximum_page_size": None}
    if not getattr(request, "reverse_order", True):
        defaults["reverse_order"] = None  # false is what it is if it is not given
    return type(request).__name__.encode() + wire.encode(msgspec.structs.replace(request, **defaults))


def position_of(request: Any, type: type[Position], now: float) -> Position | None:
    """Where a page of a list begins, as :func:`list_page` has noted it; None for the first page.

    Raises ValidationException for a token that belongs to another question, or is too old.
    """
    if request.next_page_token is None:
        return None
    position = page_position(request.next_page_token, question_of(request), now)
    try:
        found = msgspec.json.decode(position, type=type)
    except msgspec.DecodeError as error:
        raise texts.invalid_token() from error
    if isinstance(found, tuple) and any(isinstance(part, int) and abs(part) > LARGEST_ROW for part in found):
        raise texts.invalid_token()
    return found


def list_page(
    request: Any, fetch: Callable[[int], list[Item]], place: Callable[[Item], object], now: float
) -> tuple[list[Item], str | None]:
    """The items that fit a page, and the token for the next, or None. *fetch* reads so many at most.

    *place* says where an item stands, as JSON can hold it.
    """
    limit = request.maximum_page_size or PAGE_SIZE
    items = fetch(limit + 1)
    if len(items) <= limit:
        return items, None
    del items[limit:]
    return items, page_token(question_of(request), wire.encode_json(place(items[-1])).decode(), now)


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
    now: float,
) -> tuple[Raw, str | None]:
    """The stored events from *first* to *last* that fit one page, and the token for the next, or None.

    *token* continues an earlier page of the same *question*; ValidationException if it is of another.
    *size* None or 0 means the largest page.
    """
    asked = f"{question} {newest_first}".encode()
    if token is not None:
        position = page_position(token, asked, now)
        if not _POSITION.fullmatch(position):
            raise texts.invalid_token()
        if newest_first:
            last = int(position)
        else:
            first = int(position)
    limit = min(size or PAGE_SIZE, PAGE_SIZE)
    bodies = _bodies(histories, warm, first, last, limit=limit, newest_first=newest_first)
    following = last - limit if newest_first else first + limit
    more = first <= following <= last
    return Raw(wire.join_events(bodies)), page_token(asked, str(following), now) if more else None


def _bodies(histories: Histories, warm: Warm, first: int, last: int, *, limit: int, newest_first: bool) -> list[bytes]:
    if first >= warm.tail_from:
        offset = first - warm.tail_from
        bodies = warm.tail[offset : offset + last - first + 1]
        if newest_first:
            bodies.reverse()
        return bodies[:limit]
    return histories.bodies(warm.row, first, last, limit=limit, newest_first=newest_first)
