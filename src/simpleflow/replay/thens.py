"""Code of the workflow that is called when a future is done: in a greenlet of its own, so it may wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit

from simpleflow.futures import Future
from simpleflow.replay.greenlets import EndOfRun

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Then:
    """*function* is called with the result of a future; what it gives is the result of *following*."""

    def __init__(self, run: Run, function: Callable[[Any], Any], following: Future[Any]) -> None:
        self._run = run
        self._function = function
        self._following = following

    @property
    def leads_to(self) -> Future[Any]:
        """What has no result either if the future has none."""
        return self._following

    def notify(self, future: Future[Any], /) -> None:
        """The future is done. If it has no result, there is nothing to call the function with."""
        if future.cancelled:
            self._following.set_cancelled()
        elif future.exception_if_done is not None:
            self._following.set_exception(future.exception_if_done)
        elif self._run.closing is None and not self._run.greenlets.is_evicting:
            self._run.greenlets.start(lambda: self._call(future))

    def _call(self, future: Future[Any]) -> None:
        if self._following.done:
            return
        try:
            value = self._run.coroutines.result_of(self._function(future.result))
            if isinstance(value, Future):
                value = value.result_or_raise()
        except (GreenletExit, KeyboardInterrupt):
            raise
        except EndOfRun as ending:
            self._run.raise_in_main(ending)
        except BaseException as error:  # noqa: BLE001  # told by the future, as that of a task tells of the task's
            self._following.set_exception(error)
        else:
            self._following.set_finished(value)
