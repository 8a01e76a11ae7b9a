"""The sentence: why a run failed, what it waits for, what it gave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simpleflow.web.runs import Decision, Kind, Run, State, Task
from simpleflow.web.words import count, duration, listed, one_line

SILENT_S: Final = 60
"""When nobody has taken a task from a list for so long, nobody polls it."""
DECIDER_S: Final = 10
MOST_CHARACTERS: Final = 2000
QUOTED: Final = 80
CAUSES: Final = {
    "CHILD_POLICY_APPLIED": "its parent ended, and the child policy is to terminate",
    "EVENT_LIMIT_EXCEEDED": "its history is as long as one may be",
}
"""Why SWF itself terminates an execution."""
RAISED: Final = "Cannot replay the workflow: "
"""So begins the reason of a workflow of ours that ended with an exception: that of a task has its id in it."""


class Mood(StrEnum):
    """How the sentence is said: its colour and icon."""

    GOOD = "completed"
    BUSY = "running"
    BAD = "failed"
    LATE = "timed_out"
    QUIET = "canceled"
    ENDED = "terminated"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Sentence:
    """*lead* is what matters, *text* goes on, *value* is data or a message, *note* is said below.

    *task* is the id of the task that is spoken of, None for none.
    """

    mood: Mood
    lead: str
    text: str = ""
    value: str = ""
    note: str = ""
    task: str | None = None

    def __str__(self) -> str:
        first = " ".join(part for part in (one_line(self.lead + self.text, 1000), one_line(self.value)) if part)
        return f"{first}\n{one_line(self.note, 1000)}" if self.note else first


def sentence(run: Run) -> Sentence:
    """The one sentence about a run."""
    match run.state:
        case State.COMPLETED:
            return Sentence(Mood.GOOD, "Completed", " with" if run.result is not None else "", _cut(run.result))
        case State.FAILED:
            return _failed(run)
        case State.TIMED_OUT:
            over = f": its execution timeout ({run.reason}) was over"
            return Sentence(Mood.LATE, "Timed out", over, note=_left_open(run))
        case State.TERMINATED:
            if run.reason in CAUSES:
                why = f": {CAUSES[run.reason]} ({run.reason})"
                return Sentence(Mood.ENDED, "Terminated", why, note=_left_open(run))
            return Sentence(Mood.ENDED, "Terminated", ":" if run.reason else "", _cut(run.reason), _left_open(run))
        case State.CANCELED:
            return Sentence(Mood.QUIET, "Canceled", ":" if run.details else "", _cut(run.details))
        case State.CONTINUED:
            return Sentence(Mood.QUIET, "Continued as new", ", as run", _cut(run.reason))
    return _stuck(run) or _unserved(run) or _busy(run)


def _cut(text: str | None) -> str:
    return "" if text is None else text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"


def _failed(run: Run) -> Sentence:
    task = _culprit(run)
    if task is None:
        return Sentence(Mood.BAD, "The workflow failed", ":" if run.reason else "", _cut(run.reason), _last(run))
    attempts = len(task.attempts)
    tried = f" after {count(attempts, 'attempt')}" if attempts > 1 else ""
    reason = task.attempts[-1].reason or ""
    if task.state is State.TIMED_OUT:
        reason = f"{reason} timeout" + (f": {run.reason}" if run.reason and reason not in run.reason else "")
    return Sentence(
        Mood.BAD,
        f"{_named(task, run)} failed for good",
        f"{tried}, and the workflow did not catch it.",
        _cut(reason),
        task=task.id,
    )


def _culprit(run: Run) -> Task | None:
    """The task whose failure the workflow failed of: one that its reason names, with its message if that is there too.

    Of several the latest. An exception of its own, with no id of a task in it, is the workflow's: it may have caught
    the failures before.
    """
    reason = run.reason or ""
    failed = [task for task in run.tasks if task.state.is_failure]
    meant = [task for task in failed if _has(reason, task.id)]
    if not meant and not reason.startswith(RAISED):
        named = [task for task in failed if _has(reason, task.name)]
        told = [task for task in failed if _quotes(reason, task.attempts[-1].reason)]
        meant = [task for task in named if task in told] or [*named, *told]
    return max(meant, key=lambda task: task.attempts[-1].closed or 0.0, default=None)


def _has(text: str, words: str | None) -> bool:
    """Whether *words* stand in a text, and not as parts of longer ones."""
    return bool(words) and re.search(rf"(^|\W){re.escape(words or '')}(\W|$)", text) is not None


def _quotes(text: str, reason: str | None) -> bool:
    """Whether a reason stands in a text, or the beginning of a long one: the text is cut to the length of a reason."""
    return _has(text, reason) or (len(reason or "") > QUOTED and (reason or "")[:QUOTED] in text)


def _last(run: Run) -> str:
    """The last line of the traceback, unless the reason has its message already."""
    if (run.details or "").startswith("{"):  # details of a task, for programs
        return ""
    lines = [line.strip() for line in (run.details or "").splitlines() if line.strip()]
    message = lines[-1].partition(": ")[2] if lines else ""
    return "" if not lines or (message and message in (run.reason or "")) else one_line(lines[-1])


def _named(task: Task, run: Run) -> str:
    """Its name; its id if there are more of the name."""
    return task.label if sum(1 for each in run.tasks if each.name == task.name) == 1 else task.id


def _left_open(run: Run) -> str:
    left = [task for task in run.tasks if task.state is State.UNFINISHED]
    words = [_by_name(left)] if left else []
    last = run.decisions[-1] if run.decisions else None
    if last is not None and last.closed is None:
        since = last.scheduled if last.started is None else last.started
        words.append(f"a decision, due on {run.task_list!r} for {duration(run.end - since)}")
    waited = f"it waited for {_signals(run)}" if run.awaited else ""
    if words:
        return "; ".join(part for part in (f"Still open: {'; '.join(words)}", waited) if part)
    return f"{waited[:1].upper()}{waited[1:]}." if waited else "Nothing else was open."


def _signals(run: Run) -> str:
    return f"signal{'s' if len(run.awaited) > 1 else ''} {listed([repr(name) for name in run.awaited])}"


def _by_name(tasks: Sequence[Task]) -> str:
    names = Counter(task.label for task in tasks)
    return listed([f"{name} ×{count(number)}" if number > 1 else name for name, number in names.most_common()])


def _stuck(run: Run) -> Sentence | None:
    if not run.decisions:
        return None
    last = run.decisions[-1]
    since = last.scheduled if last.started is None else last.started
    if last.closed is not None and not last.is_timed_out:
        return None
    tries = 0
    for decision in reversed(run.decisions):
        if decision.closed is None or decision.is_timed_out:
            tries += 1
            since = min(since, decision.scheduled)
        else:
            break
    if run.now - since <= DECIDER_S:
        return None
    who = next((each.worker for each in reversed(run.decisions) if each.worker), None)
    had = f"; {who} had one last" if who else ""
    often = f", {count(tries, 'decision task')} in a row" if tries > 1 else ""
    return Sentence(
        Mood.WARNING,
        "The decider does not answer",
        f": a decision has been due on {run.task_list!r} for {duration(run.now - since)}{often}{had}.",
    )


def _unserved(run: Run) -> Sentence | None:
    """Something waits for a worker, and nobody takes anything from that list."""
    waiting: dict[str, list[Task]] = {}
    taken: dict[str, float] = {}
    for task in run.tasks:
        if task.task_list is None:
            continue
        last = task.attempts[-1]
        if task.state is State.WAITING and last.outcome is None and run.now - last.scheduled > SILENT_S:
            waiting.setdefault(task.task_list, []).append(task)
        for attempt in task.attempts:
            if attempt.started is not None:
                taken[task.task_list] = max(taken.get(task.task_list, 0.0), attempt.started)
    for name, tasks in waiting.items():
        if run.now - taken.get(name, 0.0) > SILENT_S:
            oldest = min(tasks, key=lambda task: task.oldest_open)
            lead = f"No worker took a task of this execution from {name!r} in the last {SILENT_S} s"
            text = f": {_by_name(tasks)} {'waits' if len(tasks) == 1 else 'wait'} for one."
            return Sentence(Mood.WARNING, lead, text, note=_busy(run).note, task=oldest.id)
    return None


def _busy(run: Run) -> Sentence:
    still = [task for task in run.tasks if task.state.is_open]
    working = [task for task in still if task.state is State.RUNNING and task.kind is not Kind.TIMER]
    timers = [task for task in still if task.kind is Kind.TIMER]
    waiting = [task for task in still if task.state is State.WAITING and task.kind is not Kind.TIMER]
    waits = [*_waiting(waiting), *_timers(timers, run)]
    if run.awaited:
        waits.append(f"waiting for {_signals(run)}")
    note, task = "", None
    if working:
        oldest = min(working, key=lambda each: each.oldest_open)
        note, task = f"Oldest running: {oldest.id} for {duration(run.now - oldest.oldest_open)}", oldest.id
        text = f": {_by_name(working)}"
        return Sentence(Mood.BUSY, f"{count(len(working))} running", "; ".join([text, *waits]) + ".", "", note, task)
    if waits:
        return Sentence(Mood.BUSY, "Nothing runs", f": {'; '.join(waits)}.", task=waiting[0].id if waiting else None)
    if run.decisions and run.decisions[-1].closed is None and any(_is_answered(each) for each in run.decisions):
        return Sentence(Mood.BUSY, "Deciding", f": the next decision is due on {run.task_list!r}.")
    if not run.decisions or (not run.tasks and not any(_is_answered(each) for each in run.decisions)):
        lead, _, text = without_tasks(run).partition(":")
        return Sentence(Mood.BUSY, lead, f":{text}.")
    return Sentence(Mood.BUSY, "Nothing is open", ": only a signal, or a request to cancel, can wake the workflow.")


def without_tasks(run: Run) -> str:
    """Why there is nothing to draw."""
    if run.close is not None:
        return "No task was scheduled"
    if any(_is_answered(each) for each in run.decisions):
        return "No task yet"
    return f"No task yet: waiting for the first decision on {run.task_list!r}"


def _is_answered(decision: Decision) -> bool:
    return decision.closed is not None and not decision.is_timed_out


def _waiting(tasks: Sequence[Task]) -> list[str]:
    lists = Counter(task.task_list or "" for task in tasks if not _is_paused(task))
    words = [
        f"{count(number)} waiting for a worker on {name!r}" if name else f"{count(number)} waiting to start"
        for name, number in lists.items()
    ]
    paused = sum(1 for task in tasks if _is_paused(task))
    return [*words, f"{count(paused)} waiting for the next attempt"] if paused else words


def _is_paused(task: Task) -> bool:
    return task.attempts[-1].outcome is not None


def _timers(tasks: Sequence[Task], run: Run) -> list[str]:
    if not tasks:
        return []
    oldest = min(tasks, key=lambda task: task.begin)
    named = f"timer {oldest.label} of {oldest.input}" if len(tasks) == 1 else f"{count(len(tasks))} timers"
    return [f"{named}, for {duration(run.now - oldest.begin)} so far"]
