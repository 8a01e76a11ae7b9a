"""Groups and chains: several things submitted as one, side by side or one after the other.

A canvas is a plan. Nothing happens until it is submitted, and submitting changes neither it nor the activities in it,
so it may be submitted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from simpleflow.activity import Activity
from simpleflow.base import Executor
from simpleflow.exceptions import AggregateException
from simpleflow.futures import CANCELLED, FINISHED, PENDING, RUNNING, Future, running
from simpleflow.options import NOTHING_SAID, Options, take_options
from simpleflow.task import Submittable


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a canvas, its arguments, and what the canvas says of it."""

    what: Any
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    options: Options = NOTHING_SAID


class CanvasFuture(Future[Any]):
    """The future of several futures; *futures* are those of what was submitted so far, in order.

    It is finished when all are; cancelled as soon as one is.
    """

    __slots__ = ("_is_given_up", "activities", "bubbles_exception_on_failure", "futures")

    def __init__(self, activities: Iterable[Any] = (), *, bubbles_exception_on_failure: bool = True) -> None:
        super().__init__()
        self.futures: list[Future[Any]] = []
        self.activities = list(activities)
        """What was submitted, or will be."""
        self.bubbles_exception_on_failure = bubbles_exception_on_failure
        self._is_given_up = False

    @property
    def state(self) -> str:
        """One of the constants of :mod:`simpleflow.futures`."""
        if self.done:
            return self._state
        return RUNNING if any(each.running for each in self.futures) else PENDING

    @property
    def pending(self) -> bool:
        """Whether nothing in it is running, and it is not done."""
        return self.state == PENDING

    @property
    def running(self) -> bool:
        """Whether something in it is running."""
        return self.state == RUNNING

    @property
    def count_finished_activities(self) -> int:
        """How many items are finished."""
        return sum(each.finished for each in self.futures)

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The ids of the tasks that make its result."""
        return tuple(id for each in self.futures for id in each.task_ids)

    @property
    def is_given_up(self) -> bool:
        """Whether it was cancelled as a whole: nothing more of it is submitted."""
        return self._is_given_up

    def cancel(self) -> bool:
        """Cancels all that is not finished, and submits nothing more; False if all is finished."""
        suspender = running.get()
        if suspender is not None:
            suspender.check()
        if self.finished:
            return False
        self._is_given_up = True
        for each in self.futures:
            each.cancel()
        self.set_cancelled()
        return True

    def complete(self) -> None:
        """Everything in it is finished."""
        if self.done:
            return
        exceptions = [each.exception_if_done for each in self.futures]
        if self.bubbles_exception_on_failure and any(each is not None for each in exceptions):
            self._exception = AggregateException(exceptions)
        self._lazy = self._results
        self._finish(FINISHED)

    def _results(self) -> Any:
        return [each.result for each in self.futures]


class GroupFuture(CanvasFuture):
    """The future of a :class:`Group`. Its result is the list of results, None for what has failed."""

    __slots__ = ()


class ChainFuture(GroupFuture):
    """The future of a :class:`Chain`. Its result is the list of results, up to the item that has broken it."""

    __slots__ = ()

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The ids of the tasks that make the last result."""
        return self.futures[-1].task_ids if self.futures else ()


class FuncGroupFuture(CanvasFuture):
    """The future of a :class:`FuncGroup`: that of what the function returns, as soon as there is one."""

    __slots__ = ("_made",)

    def __init__(self, activities: Iterable[Any] = ()) -> None:
        super().__init__(activities)
        self._made: Future[Any] | None = None

    def follow(self, made: Future[Any]) -> None:
        """*made* is the future of what the function has returned."""
        self._made = made
        self.futures = made.futures if isinstance(made, CanvasFuture) else [made]
        if made.done:
            self.notify(made)
        else:
            made.add_waiter(self)

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The ids of the tasks that make its result."""
        return () if self._made is None else self._made.task_ids

    def cancel(self) -> bool:
        """Cancels what the function has made; before that, it is not called."""
        if self._made is not None and not self.done:
            self._made.cancel()
        return super().cancel()

    def notify(self, future: Future[Any], /) -> None:
        """What the function has returned is done."""
        if self.done:
            return
        if future.cancelled:
            self._finish(CANCELLED)
            return
        self._exception = future.exception_if_done
        self._lazy = lambda: future.result
        self._finish(FINISHED)


class SubmittableContainer(Submittable):
    """Something made of several things to submit."""


class Group(SubmittableContainer):
    """Items that run side by side.

    An item is an activity, a workflow, a task or anything else that ``submit`` takes, another canvas, or a tuple of an
    activity or workflow and its arguments. At most *max_parallel* items are open at a time; None: all.
    *raises_on_failure* is put on every item appended after, at any depth, for its tasks in this canvas alone; None:
    what the items say themselves. *bubbles_exception_on_failure*: the future has an AggregateException if an item has
    failed. *future_class* makes the future.
    """

    def __init__(
        self,
        *items: Any,
        max_parallel: int | None = None,
        raises_on_failure: bool | None = None,
        bubbles_exception_on_failure: bool = True,
        future_class: type[CanvasFuture] = GroupFuture,
    ) -> None:
        if max_parallel is not None and max_parallel < 1:
            raise ValueError(f"max_parallel is {max_parallel}; it must be 1 or more, or None for no limit")
        self.max_parallel = max_parallel
        self.raises_on_failure = raises_on_failure
        self.bubbles_exception_on_failure = bubbles_exception_on_failure
        self.future_class = future_class
        self.items: list[Item] = []
        self.extend(items)

    @property
    def activities(self) -> list[Any]:
        """What the items are, without their arguments."""
        return [item.what for item in self.items]

    def append(self, what: Any, *args: Any, **kwargs: Any) -> None:
        """Adds an item; arguments only with an activity or a workflow, ValueError otherwise.

        ``__priority=n`` sets the priority of its tasks.
        """
        options = take_options(kwargs)
        if isinstance(what, tuple):
            if args or kwargs or not what:
                raise ValueError(f"{what!r} must be an activity or workflow and its arguments, all in the tuple")
            what, *rest = what
            args = tuple(rest)
        if not isinstance(what, Activity | Submittable | type):
            name = getattr(what, "__qualname__", repr(what))
            raise TypeError(
                f"{name} cannot be in a {type(self).__name__}: it is neither an activity, a workflow, a task nor a "
                "canvas. Decorate a function with activity.with_attributes()"
            )
        if (args or kwargs) and isinstance(what, Submittable):
            raise ValueError(f"{what!r} takes no arguments here; only an activity or a workflow does")
        if self.raises_on_failure is not None:
            options = options.with_attribute("raises_on_failure", self.raises_on_failure)
        self.items.append(Item(what, args, kwargs, options))

    def extend(self, items: Iterable[Any]) -> None:
        """Adds items."""
        for item in items:
            self.append(item)

    def __iadd__(self, items: Iterable[Any]) -> Self:
        self.extend(items)
        return self

    def propagate_attribute(self, attr: str, value: Any) -> None:
        """Sets an attribute of the tasks of all present items, at any depth, in this canvas alone."""
        self.items = [replace(item, options=item.options.with_attribute(attr, value)) for item in self.items]

    def submit(self, executor: Executor) -> Any:
        """Submits it; ``workflow.submit(group)`` does the same."""
        return executor.submit(self, (), {})

    def new_future(self) -> CanvasFuture:
        """The future of one submit."""
        return self.future_class(self.activities, bubbles_exception_on_failure=self.bubbles_exception_on_failure)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.items)} items)"


class Chain(Group):
    """Items that run one after the other, each when the one before is done.

    *send_result*: the result of the item before is added to the arguments, as the last positional one: to those of an
    activity, workflow or function; of a group to all of its items, of a chain to its first. *break_on_failure*: an
    item that has failed ends the chain, which is finished then. With *raises_on_failure* False failures stay with the
    items (*bubbles_exception_on_failure* is False) unless said otherwise.
    """

    def __init__(
        self,
        *items: Any,
        send_result: bool = False,
        break_on_failure: bool = True,
        max_parallel: int | None = None,
        raises_on_failure: bool | None = None,
        bubbles_exception_on_failure: bool | None = None,
        future_class: type[CanvasFuture] = ChainFuture,
    ) -> None:
        if send_result and not break_on_failure:
            raise ValueError("send_result needs break_on_failure: an item that has failed has no result to send")
        self.send_result = send_result
        self.break_on_failure = break_on_failure
        if bubbles_exception_on_failure is None:
            bubbles_exception_on_failure = raises_on_failure is not False
        super().__init__(
            *items,
            max_parallel=max_parallel,
            raises_on_failure=raises_on_failure,
            bubbles_exception_on_failure=bubbles_exception_on_failure,
            future_class=future_class,
        )


class FuncGroup(SubmittableContainer):
    """A function that makes what is submitted: it is called when its turn comes, with what is known then.

    It returns a canvas or anything else to submit without arguments. It is code of the workflow, so it may wait for
    futures. *raises_on_failure* is put on the tasks it makes. *_allow_none*: it may return None if nothing is to do.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        *args: Any,
        raises_on_failure: bool | None = None,
        _allow_none: bool = False,
        **kwargs: Any,
    ) -> None:
        if not callable(func):
            raise TypeError(f"a FuncGroup needs a function that makes what is submitted, not {func!r}")
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.raises_on_failure = raises_on_failure
        self.allows_none = _allow_none

    @property
    def options(self) -> Options:
        """What it says of the tasks it makes."""
        if self.raises_on_failure is None:
            return NOTHING_SAID
        return NOTHING_SAID.with_attribute("raises_on_failure", self.raises_on_failure)

    def submit(self, executor: Executor) -> Any:
        """Submits it; ``workflow.submit(func_group)`` does the same."""
        return executor.submit(self, (), {})

    def __repr__(self) -> str:
        return f"FuncGroup({getattr(self.func, '__qualname__', self.func)!s})"


__all__ = [
    "AggregateException",
    "Chain",
    "ChainFuture",
    "FuncGroup",
    "FuncGroupFuture",
    "Group",
    "GroupFuture",
    "SubmittableContainer",
]
