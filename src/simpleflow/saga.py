"""Sagas: what was done is undone, in reverse order, when a block is left by an exception."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from simpleflow.base import Executor
from simpleflow.canvas import Chain, Group
from simpleflow.futures import ALL_COMPLETED


class Saga:
    """A block of a workflow, and how to undo what was done in it. Made by ``workflow.saga()``.

    When the block is left by any exception (one of the workflow, a TaskException raised at a blocking read,
    ``self.fail()``, a request to cancel the execution that is obeyed), the undos are submitted one after the other,
    the latest first, and waited for; then the exception goes on. No other failure interrupts them. They are ordinary
    tasks, so a decider that dies in the middle goes on where they are; when a decider forgets the run, nothing is
    undone.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._undos = Group()
        self.failures: list[tuple[Any, BaseException]] = []
        """What could not be undone, and why. It does not keep the rest from being undone."""

    def on_failure(self, what: Any, *args: Any, **kwargs: Any) -> None:
        """Has *what* (an activity, a workflow, a task or a canvas) submitted if the block fails after this.

        Futures among the arguments are waited for: what is on its way is undone when it is there. One that has failed
        is passed as None.
        """
        self._undos.append(what, *args, **kwargs)

    def __enter__(self) -> Self:
        self._executor.enter_saga(is_async=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is not None and not isinstance(error, KeyboardInterrupt) and self._executor.begin_undoing():
                self._undo(error)
        finally:
            self._leave()

    async def __aenter__(self) -> Self:
        self._executor.enter_saga(is_async=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is not None and not isinstance(error, KeyboardInterrupt) and self._executor.begin_undoing():
                await self._undo_without_cease(error)
        finally:
            self._leave()

    def _leave(self) -> None:
        """What was done in the block is undone by now, or stays, whatever becomes of a next block."""
        self._undos = Group()
        self._executor.leave_saga()

    def _undo(self, error: BaseException) -> None:
        undone = self._begin_to_undo()
        undone.wait()
        self._note_failures(undone, error)

    async def _undo_without_cease(self, error: BaseException) -> None:
        """Goes on when the coroutine is cancelled meanwhile; then it is, when all is undone."""
        from asyncio import CancelledError

        undone = self._begin_to_undo()
        cancelled: BaseException | None = None
        while not undone.done:
            try:
                await self._executor.wait((undone,), ALL_COMPLETED, None)
            except CancelledError as another:
                cancelled = another
        self._note_failures(undone, error)
        if cancelled is not None:
            raise cancelled

    def _begin_to_undo(self) -> Any:
        chain = Chain(break_on_failure=False)
        chain.items = self._undos.items[::-1]
        chain.propagate_attribute("raises_on_failure", False)
        return self._executor.submit(chain, (), {})

    def _note_failures(self, undone: Any, error: BaseException) -> None:
        chain = self._undos.items[::-1]
        for item, future in zip(chain, undone.futures, strict=False):
            if future.exception is not None:
                self.failures.append((item.what, future.exception))
                error.add_note(f"could not be undone by {item.what!r}: {future.exception}")
