"""What becomes of a submitted canvas: ids first, depth first; then each item when its turn comes.

The next item is submitted at once when the one before is done, while events are applied. The function of a
``FuncGroup`` is code of the workflow: it gets a greenlet of its own, and may wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from greenlet import GreenletExit

from simpleflow.activity import Activity
from simpleflow.canvas import Chain, FuncGroup, FuncGroupFuture, Group, Item
from simpleflow.futures import Future, running
from simpleflow.options import Options
from simpleflow.replay.greenlets import EndOfRun
from simpleflow.replay.inputs import runs
from simpleflow.replay.records import Record
from simpleflow.task import ActivityTask, Submittable, WorkflowTask
from simpleflow.workflow import Workflow, reject

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

Arguments = tuple[Any, ...]
After = tuple[str, ...]
"""The ids of the tasks that something comes after, those that follow each other written as one."""


class Turn(Protocol):
    """Something that was submitted and waits for its turn; it has its ids already."""

    def start(self, more: Arguments, after: After) -> Future[Any]:
        """Submits it, *more* added to its arguments. *after*: the tasks it was waiting for."""

    def fail(self, error: Exception) -> Future[Any]:
        """It cannot be submitted, and nobody is there to be told."""


class Canvases:
    """The submitted canvases of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def submit(self, canvas: Group | FuncGroup, options: Options) -> Future[Any]:
        """Takes a canvas and begins with it."""
        return self.turn(Item(canvas, options=options)).start((), ())

    def turn(self, item: Item, options: Options | None = None) -> Turn:
        """Takes the ids of an item, at any depth. TypeError for what cannot be submitted."""
        said = item.options if options is None else options.over(item.options)
        what = item.what
        match what:
            case Chain():
                return ChainTurn(self, what, [self.turn(each, said) for each in what.items])
            case Group():
                return GroupTurn(self, what, [self.turn(each, said) for each in what.items])
            case FuncGroup():
                return FuncTurn(self, what, said)
            case Activity():
                return self.activity(what, item.args, item.kwargs, said)
            case ActivityTask():
                return self.activity(what.activity, tuple(what.args), what.kwargs, said, kind=type(what))
            case WorkflowTask():
                args = tuple(what.args)
                return self.child(what.workflow, args, what.kwargs, said, task_list=what.workflow_task_list)
            case type() if issubclass(what, Workflow):
                kwargs = dict(item.kwargs)
                return self.child(what, item.args, kwargs, said, task_list=kwargs.pop("workflow_task_list", None))
            case Submittable():
                return PlainTurn(self, what)
        raise reject(what)

    def activity(
        self,
        activity: Activity[..., Any],
        args: Arguments,
        kwargs: dict[str, Any],
        options: Options,
        *,
        kind: type[ActivityTask] = ActivityTask,
    ) -> TaskTurn:
        """Takes the id of a task."""
        task = kind.deferred(activity, args, dict(kwargs))
        return TaskTurn(self, self.run.submits.reserve_activity(task, options))

    def child(
        self, workflow: Any, args: Arguments, kwargs: dict[str, Any], options: Options, *, task_list: str | None
    ) -> TaskTurn:
        """Takes the id of a child workflow."""
        task = WorkflowTask.deferred(workflow, args, dict(kwargs), task_list)
        return TaskTurn(self, self.run.submits.reserve_child(task, options))

    def window(self, what: Any, calls: Sequence[Arguments], max_parallel: int) -> list[Future[Any]]:
        """The futures of one activity or child per call, at most *max_parallel* of which are open at a time."""
        turns = [self.turn(Item(what, args)) for args in calls]
        futures = [turn.future for turn in turns if isinstance(turn, TaskTurn)]
        if len(futures) < len(turns):
            raise reject(what)
        GroupTurn(self, Group(max_parallel=max_parallel), turns).start((), ())
        return futures

    @property
    def is_over(self) -> bool:
        """Whether nothing is submitted any more."""
        return self.run.closing is not None or self.run.greenlets.is_evicting


class TaskTurn:
    """An activity or a child workflow."""

    def __init__(self, canvases: Canvases, record: Record) -> None:
        self._canvases = canvases
        self.record = record
        self.future = record.future

    def start(self, more: Arguments, after: After) -> Future[Any]:
        """Sends the task, or has it wait for its arguments; one that was cancelled is never sent."""
        if not self.future.done:
            self.record.task.args += more
            self.record.after = after
            self._canvases.run.submits.start_reserved(self.record)
        return self.future

    def fail(self, error: Exception) -> Future[Any]:
        """The task has failed."""
        self._canvases.run.fail_task(self.record, error)
        return self.future


class PlainTurn:
    """A timer, a marker, a wait: things without arguments, whose ids are given or taken at the start."""

    def __init__(self, canvases: Canvases, what: Submittable) -> None:
        self._canvases = canvases
        self._what = what

    def start(self, more: Arguments, after: After) -> Future[Any]:
        """Submits it."""
        return self._canvases.run.submits.submit(self._what, (), {})

    def fail(self, error: Exception) -> Future[Any]:
        """A future that has failed."""
        return failed_with(error)


class FuncTurn:
    """A function that says what is submitted."""

    def __init__(self, canvases: Canvases, group: FuncGroup, options: Options) -> None:
        self._canvases = canvases
        self._group = group
        self._options = options.over(group.options)
        self._future = FuncGroupFuture([group])

    def start(self, more: Arguments, after: After) -> Future[Any]:
        """Has the function called as soon as the code of the workflow goes on."""
        self._canvases.run.greenlets.start(lambda: self._call(more, after))
        return self._future

    def fail(self, error: Exception) -> Future[Any]:
        """A future that has failed."""
        return failed_with(error)

    def _call(self, more: Arguments, after: After) -> None:
        if self._future.is_given_up:
            return
        run, group = self._canvases.run, self._group
        try:
            known = [each.result if isinstance(each, Future) else each for each in more]
            made = run.coroutines.result_of(group.func(*group.args, *known, **group.kwargs))
            if made is None and group.allows_none:
                made = Group()
            if not isinstance(made, Activity | Submittable | type):
                raise TypeError(f"{group!r} has returned {made!r}, which cannot be submitted; it must return a canvas")
            if not self._future.is_given_up:
                self._future.follow(self._canvases.turn(Item(made), self._options).start((), after))
        except (GreenletExit, KeyboardInterrupt):
            raise
        except EndOfRun as ending:
            run.raise_in_main(ending)
        except BaseException as error:  # noqa: BLE001  # it is as if the workflow itself had raised it
            awaits = run.coroutines.awaits(self._future)
            self._future.set_exception(error)
            run.raise_in_main(error, awaits)


class Place:
    """One item of a canvas that is not done, as the canvas hears of it."""

    __slots__ = ("_turn",)

    def __init__(self, turn: GroupTurn) -> None:
        self._turn = turn

    @property
    def leads_to(self) -> Future[Any]:
        """The future of the canvas."""
        return self._turn.future

    def notify(self, future: Future[Any], /) -> None:
        """The item is done."""
        self._turn.notify(future)


class GroupTurn:
    """A group: as many items at a time as it allows."""

    def __init__(self, canvases: Canvases, group: Group, turns: Sequence[Turn]) -> None:
        self._canvases = canvases
        self._waiting = deque(turns)
        self._limit = group.max_parallel or len(turns)
        self.future = group.new_future()
        self._more: Arguments = ()
        self._after: After = ()
        self._open = 0
        self._is_begun = False
        self._is_busy = False

    def start(self, more: Arguments, after: After) -> Future[Any]:
        """Submits the first items."""
        self._more, self._after = more, after
        self._is_begun = not self._canvases.run.greenlets.is_inside()
        try:
            self._go_on()
        finally:
            self._is_begun = True
        return self.future

    def fail(self, error: Exception) -> Future[Any]:
        """The future has failed, without results."""
        self.future.set_exception(error)
        return self.future

    def notify(self, future: Future[Any], /) -> None:
        """An item is done."""
        self._open -= 1
        self._look_at(future)
        if not self._canvases.is_over:
            self._go_on()

    def _go_on(self) -> None:
        """Submits what may be submitted now. A loop: items may be done at once, thousands of them."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            while self._may_go_on():
                future = self._started(self._waiting.popleft())
                self.future.futures.append(future)
                if future.done:
                    self._look_at(future)
                else:
                    self._open += 1
                    future.add_waiter(Place(self))
        finally:
            self._is_busy = False
        if self._is_complete():
            self.future.complete()

    def _may_go_on(self) -> bool:
        return self._open < self._limit and bool(self._waiting) and not self.future.is_given_up

    def _is_complete(self) -> bool:
        return not self._open and not self._waiting

    def _arguments(self) -> tuple[Arguments, After]:
        """What the next item gets more, and what it comes after."""
        return self._more, self._after

    def _started(self, turn: Turn) -> Future[Any]:
        """An error is raised by ``submit``. Later it has nobody to be raised at, and becomes the item's."""
        if not self._is_begun:
            return turn.start(*self._arguments())
        # Futures made meanwhile are numbered by the run, so that sets of them keep their order in each replay.
        token = running.set(self._canvases.run.engine)
        try:
            return turn.start(*self._arguments())
        except Exception as error:  # noqa: BLE001  # what the user has made cannot be sent
            return turn.fail(error)
        finally:
            running.reset(token)

    def _look_at(self, future: Future[Any]) -> None:
        if future.cancelled:
            self.future.set_cancelled()


class ChainTurn(GroupTurn):
    """A chain: one item at a time, and none after one that has failed."""

    def __init__(self, canvases: Canvases, chain: Chain, turns: Sequence[Turn]) -> None:
        super().__init__(canvases, chain, turns)
        self._limit = 1
        self._sends_result = chain.send_result
        self._breaks = chain.break_on_failure
        self._is_broken = False

    def _may_go_on(self) -> bool:
        return super()._may_go_on() and not self._is_broken and not self.future.cancelled

    def _is_complete(self) -> bool:
        return super()._is_complete() or (self._is_broken and not self._open)

    def _arguments(self) -> tuple[Arguments, After]:
        done = self.future.futures
        if not done:
            return self._more, self._after
        return (done[-1],) if self._sends_result else (), tuple(runs(done[-1].task_ids)) or self._after

    def _look_at(self, future: Future[Any]) -> None:
        super()._look_at(future)
        if self._breaks and future.exception_if_done is not None:
            self._is_broken = True


def failed_with(error: Exception) -> Future[Any]:
    """A future that has failed."""
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
