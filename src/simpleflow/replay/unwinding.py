"""How suspended coroutines end: RunEvicted is raised where they wait, as it is in suspended greenlets."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterable, Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any, Protocol

from simpleflow.replay.greenlets import GRAVEYARD_SIZE, PATIENCE, RunEvicted

_graveyard: deque[Any] = deque(maxlen=GRAVEYARD_SIZE)
"""Coroutines that would not end: kept, so that nobody closes them at a random moment."""


class Suspended(Protocol):
    """A coroutine, or the end of an asynchronous generator."""

    def throw(self, error: BaseException, /) -> Any: ...


def end(suspended: Suspended) -> bool:
    """Has it raise RunEvicted until it has ended; False if it goes on waiting in spite of it."""
    close_unstarted(dict(frame.f_locals) for frame in frames(suspended))
    for _ in range(PATIENCE + 1):
        try:
            suspended.throw(RunEvicted("the decider forgets this run"))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # whatever it says on its way out
            close_unstarted(dict(frame.f_locals) for frame in _frames_of(error))
            return True
    _graveyard.append(suspended)
    return False


def frames(suspended: Any) -> Iterator[FrameType]:
    """The frames in which something is suspended, the outermost first."""
    while suspended is not None:
        match suspended:
            case CoroutineType():
                frame, suspended = suspended.cr_frame, suspended.cr_await
            case GeneratorType():
                frame, suspended = suspended.gi_frame, suspended.gi_yieldfrom
            case AsyncGeneratorType():
                frame, suspended = suspended.ag_frame, suspended.ag_await
            case _:
                return
        if frame is not None:
            yield frame


def close_unstarted(roots: Iterable[Any]) -> None:
    """Closes the coroutines in *roots*, at any depth of containers, that nobody has awaited and nobody will."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if isinstance(each, CoroutineType):
            if inspect.getcoroutinestate(each) == inspect.CORO_CREATED:
                each.close()
        elif isinstance(each, dict | list | tuple | set | deque) and id(each) not in seen:
            seen.add(id(each))
            waiting.extend(each.values() if isinstance(each, dict) else each)


def _frames_of(error: BaseException | None) -> Iterator[FrameType]:
    """The frames that *error*, and those it was raised in the handling of, have passed."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback = error.__traceback__
        while traceback is not None:
            yield traceback.tb_frame
            traceback = traceback.tb_next
        error = error.__context__
