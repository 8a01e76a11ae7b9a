"""What becomes of a submitted task: its id, its arguments, its decision in the outbox; and how it is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simpleflow import format
from simpleflow.activity import PRIORITY_NOT_SET, Activity
from simpleflow.canvas import FuncGroup, Group
from simpleflow.futures import Future
from simpleflow.options import Options, take_options
from simpleflow.replay.checks import check_own_name, check_signal
from simpleflow.replay.inputs import futures_in, hashed, resolved, runs, task_id
from simpleflow.replay.options import FIELD_CHARACTERS
from simpleflow.replay.outbox import Key
from simpleflow.replay.records import Record
from simpleflow.replay.sources import here
from simpleflow.task import (
    ActivityTask,
    CancelTimerTask,
    ContinueAsNewTask,
    MarkerTask,
    RequestCancelTask,
    SignalTask,
    Submittable,
    TimerTask,
    WaitForCancelRequest,
    WaitForSignal,
    WorkflowTask,
)
from simpleflow.workflow import Workflow, reject
from swf.protocol.base import DecisionAttributes
from swf.protocol.check import obeys
from swf.protocol.decisions import (
    CancelTimer,
    RecordMarker,
    RequestCancelActivityTask,
    ScheduleActivityTask,
)
from swf.protocol.refusal import why_not
from swf.protocol.values import ActivityType, TaskList, WorkflowType

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Arguments:
    """Waits for the futures among the arguments of a task; the last one has the task sent at once."""

    __slots__ = ("_record", "_submits", "pending")

    def __init__(self, submits: Submits, record: Record, pending: list[Future[Any]]) -> None:
        self._submits = submits
        self._record = record
        self.pending = set(pending)

    @property
    def leads_to(self) -> Future[Any]:
        """The task that gets the results."""
        return self._record.future

    def notify(self, future: Future[Any], /) -> None:
        """A future is done."""
        self.pending.discard(future)
        if not self.pending:
            self._submits.prepare_later(self._record)


class Submits:
    """The submitted things of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._arguments: dict[Record, Arguments] = {}
        self._of_future: dict[Future[Any], Record] = {}
        self.elsewhere: dict[Future[Any], Callable[[], None]] = {}
        """What stops the tasks of other executions that futures of this one stand for."""

    def submit(self, what: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[Any]:
        """Takes a task; ids are taken in the order of the calls, ready or not."""
        options = take_options(kwargs)
        if isinstance(what, Activity):
            return self._submit_activity(ActivityTask.deferred(what, args, kwargs), options)
        if isinstance(what, type) and issubclass(what, Workflow):
            task_list = kwargs.pop("workflow_task_list", None)
            return self.enter(self.reserve_child(WorkflowTask.deferred(what, args, kwargs, task_list), options))
        if args or kwargs:
            if not isinstance(what, ActivityTask | Submittable | Group | FuncGroup):
                raise reject(what)
            raise TypeError(f"{getattr(what, 'name', what)} has its arguments already; submit it without others")
        match what:
            case ActivityTask():
                task = type(what).deferred(what.activity, tuple(what.args), what.kwargs)
                return self._submit_activity(task, options)
            case Group() | FuncGroup():
                return self._run.canvases.submit(what, options)
            case WorkflowTask():
                child = WorkflowTask.deferred(what.workflow, tuple(what.args), what.kwargs, what.workflow_task_list)
                return self.enter(self.reserve_child(child, options))
            case SignalTask():
                return self._run.others.submit_signal(what, Record("signal", what, source=here()))
            case RequestCancelTask():
                return self._run.others.submit_cancel(what, Record("cancellation", what, source=here()))
            case ContinueAsNewTask():
                return self._run.continuation.submit(what)
            case TimerTask():
                check_own_name("timer", what.timer_id)
                return self._run.timers.submit(what)
            case CancelTimerTask():
                return self._run.timers.submit_cancel(what)
            case MarkerTask():
                check_own_name("marker", what.name)
                return self._submit_marker(what)
            case WaitForSignal():
                check_signal(what.signal_name)
                future: Future[Any] = Future()
                future.task_id = f"signal-{what.signal_name}"
                self._run.signals.wait(what.signal_name, future, consume=what.consume)
                return future
            case WaitForCancelRequest():
                return self._submit_cancel_wait(what)
        raise reject(what)

    def _submit_activity(self, task: ActivityTask, options: Options) -> Future[Any]:
        return self.enter(self.reserve_activity(task, options))

    def reserve_activity(self, task: ActivityTask, options: Options) -> Record:
        """Takes the id of a task, unless it needs the arguments; nothing is sent yet."""
        activity = task.activity = options.applied(task.activity)
        priority = self.priority(activity.task_priority, options.priority)
        record = Record("activity", task, source=here(), priority=priority, options=options)
        suffix_hook = getattr(activity.callable, "get_task_id", None)
        if not activity.idempotent and suffix_hook is None:
            record.id = task_id(task.name, str(self.count(task.name)))
        record.future.task_id = record.id
        return record

    def reserve_child(self, task: WorkflowTask, options: Options) -> Record:
        """The same for a child workflow."""
        own = PRIORITY_NOT_SET if task.workflow.task_priority is None else task.workflow.task_priority
        own = dict(options.attributes).get("task_priority", own)
        record = Record("child", task, source=here(), priority=self.priority(own, options.priority), options=options)
        self._run.children.reserve(task, record)
        record.future.task_id = record.id
        return record

    def start_reserved(self, record: Record) -> None:
        """Submits a task that has its id; its own future tells the outcome, whichever task it shares."""
        first = self.enter(record)
        if first is not record.future:
            self.let_go(record)
            self.link(first, record.future)

    def enter(self, record: Record) -> Future[Any]:
        """Sends the task of *record*, now or when its arguments are there."""
        task = record.task
        among = futures_in([task.args, task.kwargs])
        record.future.task_id = record.id
        pending = [each for each in among if not each.done]
        self._run.engine.refuse_foreign(pending)
        if not pending:
            return self._prepare(record, among)
        self._of_future[record.future] = record
        if record.id is not None:
            self._run.records[record.key] = record
        arguments = self._arguments[record] = Arguments(self, record, pending)
        for each in pending:
            each.add_waiter(arguments)
        return record.future

    def prepare_later(self, record: Record) -> None:
        """The arguments are there. An error has nobody to be raised at: it becomes the task's."""
        self._arguments.pop(record, None)
        if record.future.done or self._run.closing is not None or self._run.greenlets.is_evicting:
            return
        try:
            first = self._prepare(record, futures_in([record.task.args, record.task.kwargs]))
        except Exception as error:  # noqa: BLE001  # a value that cannot be read or sent, a hook of the user
            self._run.fail_task(record, error)
            return
        if first is not record.future:
            self.let_go(record)
            self.link(first, record.future)

    def link(self, first: Future[Any], other: Future[Any]) -> None:
        """*other* gets the outcome of *first*."""
        link = Link(other)
        if first.done:
            link.notify(first)
        else:
            first.add_waiter(link)

    def hold(self, record: Record) -> None:
        """Who cancels the future of *record* cancels the task."""
        self._of_future[record.future] = record

    def let_go(self, record: Record) -> None:
        """The future of *record* has nothing to cancel any more."""
        self._of_future.pop(record.future, None)

    def _prepare(self, record: Record, among: list[Future[Any]]) -> Future[Any]:
        """Sends the task, its arguments being there; the future of an equal idempotent task if there is one.

        *among* are the futures in its arguments.
        """
        run, task = self._run, record.task
        among_ids = (id for each in among for id in each.task_ids)
        record.after = tuple(dict.fromkeys((*record.after, *runs(among_ids))))
        task.args, task.kwargs = resolved(task.args), resolved(task.kwargs)
        if isinstance(task, WorkflowTask) and task.complete is not None:
            task.complete(task)
        if record.id is None:
            record.id = record.future.task_id = self._id_from_arguments(record)
            known = run.records.get(record.key)
            if known is not None:
                self._compare_shared(known, record)
                return known.future
            if record.key in run.settled:
                return run.settled[record.key]
        task.id = record.id
        if run.reuse.settles(record):
            return record.future
        self.send(record)
        self._of_future[record.future] = record
        run.records[record.key] = record
        run.adopt(record)
        return record.future

    def _compare_shared(self, known: Record, record: Record) -> None:
        """Tells of a task that takes the place of another one, if it is not the same."""
        if format.encode([known.task.args, known.task.kwargs]) != format.encode([record.task.args, record.task.kwargs]):
            self._run.note(
                f"{record.id!r} was submitted with other arguments while it is open ({record.source}): both futures "
                "get the outcome of the first; give it another id"
            )

    def _id_from_arguments(self, record: Record) -> str:
        task = record.task
        if record.kind == "child":
            return self._run.children.id_from_arguments(task)
        hook = getattr(task.activity.callable, "get_task_id", None)
        if hook is not None:
            return task_id(task.name, str(hook(self._run.workflow, *task.args, **task.kwargs)))
        return task_id(task.name, hashed(task.args, task.kwargs))

    def send(self, record: Record) -> None:
        """Puts the next attempt into the outbox."""
        match record.kind:
            case "activity":
                self.send_activity(record)
            case "child":
                self._run.children.send(record)
            case "signal":
                self._run.others.send_signal(record)

    def send_activity(self, record: Record, register: ActivityType | None = None) -> None:
        """Puts an attempt into the outbox; *register* is a type that has to be registered first."""
        run, activity = self._run, record.task.activity
        told = {
            "attempt": record.failures + 1,
            "start_to_close": activity.task_start_to_close_timeout,
            "heartbeat": activity.task_heartbeat_timeout,
            "last_details": record.last_details,
        }
        known = {key: value for key, value in told.items() if value is not None}
        try:
            text = format.encode(record.task.input({**activity.meta, "simpleflow": known}))
        except (TypeError, ValueError) as error:
            raise TypeError(f"the arguments of {record.id} cannot be sent: {error}") from error
        record.input = run.values.field(text)
        assert record.id is not None
        self.add(
            ("schedule", record.id),
            ScheduleActivityTask(
                activity_type=ActivityType(name=activity.name, version=activity.version),
                activity_id=record.id,
                input=record.input,
                control=self.edges(record.after),
                task_list=TaskList(name=run.options.task_list or activity.task_list),
                task_priority=None if record.priority is None else str(record.priority),
                schedule_to_close_timeout=activity.task_schedule_to_close_timeout,
                schedule_to_start_timeout=activity.task_schedule_to_start_timeout,
                start_to_close_timeout=activity.task_start_to_close_timeout,
                heartbeat_timeout=activity.task_heartbeat_timeout,
            ),
            register,
        )

    def edges(self, after: tuple[str, ...]) -> str | None:
        """The tasks whose results are among the arguments, for those who draw the graph."""
        text = format.encode({"after": after}) if after else None
        if text is not None and len(text) > FIELD_CHARACTERS and not self._run.options.keeps_values:
            return None
        return self._run.values.field(text)

    def add(self, key: Key, decision: DecisionAttributes, register: ActivityType | WorkflowType | None = None) -> None:
        """Puts a decision into the outbox; ValueError for one that the service would refuse with all others."""
        values = self._run.values.fresh()
        if not obeys(decision):
            raise ValueError(f"{type(decision).__name__} cannot be sent, {why_not(decision)}")
        self._run.outbox.add(key, decision, self._run.batch_end, values, register)

    def priority(self, own: Any, given: Any) -> int | str | None:
        """The priority of a task: as given, that of its activity or workflow, that of the running workflow."""
        for each in (given, own, self._run.workflow.task_priority):
            if each is not PRIORITY_NOT_SET:
                return each
        return None

    def _submit_marker(self, task: MarkerTask) -> Future[Any]:
        run = self._run
        details = format.encode(task.details)
        known = run.marker_futures.get(f"{task.name} {details}")
        if known is not None:
            return known
        record = Record("marker", task, id=f"{task.name}-{self.count(f'marker-{task.name}')}", source=here())
        assert record.id is not None
        run.marker_futures[f"{task.name} {details}"] = record.future
        if run.orphan_markers[task.name]:
            run.orphan_markers[task.name] -= 1
            record.future.set_finished(format.decode(details))
            return record.future
        self.add(("marker", record.id), RecordMarker(marker_name=task.name, details=run.values.field(details)))
        run.marker_echoes[task.name].append(record)
        return record.future

    def _submit_cancel_wait(self, task: WaitForCancelRequest) -> Future[Any]:
        record = Record("cancel_request", task, id="", source=here())
        if self._run.cancel_requests:
            record.future.set_finished(None)
        else:
            self._run.cancel_waits.append(record)
        return record.future

    def cancel(self, future: Future[Any]) -> None:
        """Stops what is behind the future: unsent, it never leaves; sent, it is asked to cancel."""
        run = self._run
        record = self._of_future.get(future)
        if record is None:
            self.elsewhere.pop(future, lambda: None)()
            return
        arguments = self._arguments.pop(record, None)
        if arguments is not None:
            for each in arguments.pending:
                each.remove_waiter(arguments)
            if record.id is not None:
                run.records.pop(record.key, None)
        elif record.kind == "timer":
            assert record.id is not None
            if run.outbox.pop(("start_timer", record.id)) is None:
                self.add(("cancel_timer", record.id), CancelTimer(timer_id=record.id))
        elif record.waits_on is not None:
            run.attempts.cancel(record)
        elif record.kind == "child":
            run.children.cancel(record)
        elif record.kind in ("signal", "cancellation"):
            run.others.cancel(record)
        elif record.id is not None:
            if run.outbox.pop(("schedule", record.id)) is not None:
                run.forget(record)
            elif ("cancel", record.id) not in run.outbox:
                self.add(("cancel", record.id), RequestCancelActivityTask(activity_id=record.id))

    def next_id(self, prefix: str) -> str:
        """*prefix* and the next number."""
        return f"{prefix}-{self.count(prefix)}"

    def count(self, name: str) -> int:
        """The next number of a name."""
        self._run.counters[name] += 1
        return self._run.counters[name]


class Link:
    """Passes the outcome of one future on to another."""

    def __init__(self, other: Future[Any]) -> None:
        self._other = other

    @property
    def leads_to(self) -> Future[Any]:
        """What gets the outcome."""
        return self._other

    def notify(self, future: Future[Any], /) -> None:
        """The first is done."""
        if future.cancelled:
            self._other.set_cancelled()
        elif future._exception is not None:
            self._other.set_exception(future._exception)
        else:
            self._other.set_finished_lazily(lambda: future.result)
