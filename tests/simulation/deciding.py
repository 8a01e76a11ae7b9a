"""What decisions do in the model; each function tells whether the decider has to hear of the outcome."""

from __future__ import annotations

from typing import Any

from swf.protocol import decisions as d
from tests.simulation.model import ACTIVITY, Run, Task, World


def decide(world: World, run: Run, wanted: Any, completed: int) -> bool:
    """Carries out one decision of the answer that event *completed* records."""
    match wanted:
        case d.RecordMarker():
            run.add("MarkerRecorded", marker_name=wanted.marker_name)
            return False
        case d.ScheduleActivityTask():
            return _schedule(world, run, wanted)
        case d.RequestCancelActivityTask():
            return _cancel_activity(run, wanted.activity_id)
        case d.StartTimer():
            return _start_timer(world, run, wanted)
        case d.CancelTimer():
            timer = run.timers.pop(wanted.timer_id, None)
            if timer is None:
                return _refuse(run, "CancelTimerFailed", "TIMER_ID_UNKNOWN", timer_id=wanted.timer_id)
            run.add("TimerCanceled", timer_id=wanted.timer_id, started_event_id=timer.scheduled)
            return False
        case d.StartChildWorkflowExecution():
            return _start_child(world, run, wanted, completed)
        case d.SignalExternalWorkflowExecution() | d.RequestCancelExternalWorkflowExecution():
            return _speak(world, run, wanted)
        case d.ScheduleLambdaFunction():
            return _call(world, run, wanted)
        case d.ContinueAsNewWorkflowExecution():
            return _continue(world, run, wanted)
    return _close(run, wanted)


def _refuse(run: Run, type: str, cause: str, **attributes: Any) -> bool:
    run.add(type, cause=cause, **attributes)
    return True


def _schedule(world: World, run: Run, wanted: d.ScheduleActivityTask) -> bool:
    status = world.types.get("activity") if wanted.activity_type.name == "charge" else None
    cause = None
    if status is None:
        cause = "ACTIVITY_TYPE_DOES_NOT_EXIST"
    elif status == "DEPRECATED":
        cause = "ACTIVITY_TYPE_DEPRECATED"
    elif wanted.activity_id in run.activities:
        cause = "ACTIVITY_ID_ALREADY_IN_USE"
    elif len(run.activities) >= world.limits.activities:
        cause = "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    if cause:
        return _refuse(run, "ScheduleActivityTaskFailed", cause, activity_id=wanted.activity_id)
    timeouts = {
        "start_to_close": wanted.start_to_close_timeout or ACTIVITY["start_to_close"],
        "schedule_to_close": wanted.schedule_to_close_timeout or ACTIVITY["schedule_to_close"],
        "schedule_to_start": wanted.schedule_to_start_timeout or ACTIVITY["schedule_to_start"],
        "heartbeat": wanted.heartbeat_timeout or ACTIVITY["heartbeat"],
    }
    shown = {f"{name}_timeout": text for name, text in timeouts.items()}
    id = run.add("ActivityTaskScheduled", activity_id=wanted.activity_id, **shown)
    run.activities[wanted.activity_id] = Task(id, run.t, priority=int(wanted.task_priority or 0), timeouts=timeouts)
    return False


def _cancel_activity(run: Run, name: str) -> bool:
    task = run.activities.get(name)
    if task is None:
        return _refuse(run, "RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN", activity_id=name)
    task.cancel = run.add("ActivityTaskCancelRequested", activity_id=name)
    if task.started:
        return False
    del run.activities[name]
    run.add(
        "ActivityTaskCanceled",
        scheduled_event_id=task.scheduled,
        started_event_id=0,
        latest_cancel_requested_event_id=task.cancel,
    )
    return True


def _start_timer(world: World, run: Run, wanted: d.StartTimer) -> bool:
    cause = None
    if wanted.timer_id in run.timers:
        cause = "TIMER_ID_ALREADY_IN_USE"
    elif len(run.timers) >= world.limits.timers:
        cause = "OPEN_TIMERS_LIMIT_EXCEEDED"
    if cause:
        return _refuse(run, "StartTimerFailed", cause, timer_id=wanted.timer_id)
    id = run.add("TimerStarted", timer_id=wanted.timer_id, start_to_fire_timeout=wanted.start_to_fire_timeout)
    run.timers[wanted.timer_id] = Task(id, run.t, timeouts={"fire": wanted.start_to_fire_timeout})
    return False


def _start_child(world: World, run: Run, wanted: d.StartChildWorkflowExecution, completed: int) -> bool:
    status = world.types.get("workflow") if wanted.workflow_type.name == "order" else None
    on_their_way = len({id for id, started in run.children.values() if started == 0} - {wanted.workflow_id})
    cause = None
    if status is None:
        cause = "WORKFLOW_TYPE_DOES_NOT_EXIST"
    elif status == "DEPRECATED":
        cause = "WORKFLOW_TYPE_DEPRECATED"
    elif len(run.children) >= world.limits.children:
        cause = "OPEN_CHILDREN_LIMIT_EXCEEDED"
    elif sum(other.open for other in world.runs) + on_their_way >= world.limits.executions:
        cause = "OPEN_WORKFLOWS_LIMIT_EXCEEDED"
    name = wanted.workflow_id
    if cause:
        return _refuse(run, "StartChildWorkflowExecutionFailed", cause, workflow_id=name, initiated_event_id=0)
    initiated = run.add("StartChildWorkflowExecutionInitiated", workflow_id=name)
    run.children[initiated] = (name, 0)

    def start(at: float) -> None:
        if world.open_run(name):
            failure = {"cause": "WORKFLOW_ALREADY_RUNNING", "initiated_event_id": initiated}
            world.outbox.append((at, lambda at: _hear(world, run, initiated, "", failure, at)))
            return
        child = world._begin(
            name,
            at,
            wanted.execution_start_to_close_timeout,
            wanted.child_policy,
            wanted.lambda_role,
            "orders",
            run,
            initiated,
        )
        world.outbox.append((child.t, lambda at: _hear(world, run, initiated, name, {}, at)))

    world.send(run, start)
    return False


def _hear(world: World, parent: Run, initiated: int, child: str, failure: dict[str, Any], at: float) -> None:
    if not world.reach(parent):
        return
    world.turn(parent, at)
    if failure:
        del parent.children[initiated]
        parent.tell("StartChildWorkflowExecutionFailed", **failure)
    else:
        parent.children[initiated] = (child, len(parent.history) + 1)
        parent.tell("ChildWorkflowExecutionStarted", initiated_event_id=initiated)
    world.end_turn(parent)


def _speak(world: World, run: Run, wanted: Any) -> bool:
    is_signal = isinstance(wanted, d.SignalExternalWorkflowExecution)
    kind = "SignalExternal" if is_signal else "RequestCancelExternal"
    initiated = run.add(f"{kind}WorkflowExecutionInitiated", workflow_id=wanted.workflow_id)

    def arrive(at: float) -> None:
        target = world.open_run(wanted.workflow_id) if wanted.run_id is None else None
        if target is not None:
            world.turn(target, at)
            at = target.t
            if is_signal:
                target.tell("WorkflowExecutionSignaled", external_initiated_event_id=initiated)
            else:
                target.cancel_requested = True
                target.tell("WorkflowExecutionCancelRequested", external_initiated_event_id=initiated, cause=None)
            world.end_turn(target)
        world.outbox.append((at, lambda at: report(target is not None, at)))

    def report(reached: bool, at: float) -> None:
        if not world.reach(run):
            return
        world.turn(run, at)
        if reached:
            outcome = "Signaled" if is_signal else "CancelRequested"
            run.tell(f"ExternalWorkflowExecution{outcome}", initiated_event_id=initiated)
        else:
            run.tell(
                f"{kind}WorkflowExecutionFailed",
                cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
                initiated_event_id=initiated,
            )
        world.end_turn(run)

    world.send(run, arrive)
    return False


def _call(world: World, run: Run, wanted: d.ScheduleLambdaFunction) -> bool:
    if len(run.functions) >= world.limits.functions:
        return _refuse(run, "ScheduleLambdaFunctionFailed", "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED", id=wanted.id)
    scheduled = run.add("LambdaFunctionScheduled", id=wanted.id)
    run.functions[scheduled] = Task(scheduled, run.t)

    def start(at: float) -> None:
        if not world.reach(run):
            return
        world.turn(run, at)
        if run.role is None:
            del run.functions[scheduled]
            run.tell("StartLambdaFunctionFailed", cause="ASSUME_ROLE_FAILED", scheduled_event_id=scheduled)
        else:
            run.functions[scheduled].started = run.add("LambdaFunctionStarted", scheduled_event_id=scheduled)
            run.functions[scheduled].started_at = run.t
        world.end_turn(run)

    world.send(run, start)
    return False


def _close(run: Run, wanted: Any) -> bool:
    verb, end, status = {
        d.CompleteWorkflowExecution: ("Complete", "Completed", "COMPLETED"),
        d.FailWorkflowExecution: ("Fail", "Failed", "FAILED"),
        d.CancelWorkflowExecution: ("Cancel", "Canceled", "CANCELED"),
    }[type(wanted)]
    if run.waiting:
        return _refuse(run, f"{verb}WorkflowExecutionFailed", "UNHANDLED_DECISION")
    told = {name: getattr(wanted, name) for name in ("result", "reason", "details") if hasattr(wanted, name)}
    run.close(f"WorkflowExecution{end}", status, **told)
    return False


def _continue(world: World, run: Run, wanted: d.ContinueAsNewWorkflowExecution) -> bool:
    status = world.types.get("workflow") if wanted.workflow_type_version in (None, "1") else None
    cause = None
    if run.waiting:
        cause = "UNHANDLED_DECISION"
    elif status is None:
        cause = "WORKFLOW_TYPE_DOES_NOT_EXIST"
    elif status == "DEPRECATED":
        cause = "WORKFLOW_TYPE_DEPRECATED"
    if cause:
        return _refuse(run, "ContinueAsNewWorkflowExecutionFailed", cause)
    run.close("WorkflowExecutionContinuedAsNew", "CONTINUED_AS_NEW")
    values = wanted.execution_start_to_close_timeout, wanted.child_policy, wanted.lambda_role, "orders"
    world.outbox.insert(0, (run.t, lambda at: _follow(world, run, round(at - 0.001, 3), *values)))
    return False


def _follow(
    world: World, run: Run, at: float, timeout: str | None, policy: str | None, role: str | None, list: str
) -> None:
    """In the same moment, with the parent of the run before."""
    world._begin(run.workflow_id, at, timeout, policy, role, list, run.parent, run.initiated)
