"""Activities that try a worker's patience."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from simpleflow import activity


def chore(name: str) -> activity.Decorator:
    return activity.with_attributes(name=f"chores.{name}", version="1")


def announce(name: str, pid: int) -> None:
    """Writes the pid where the test looks for it."""
    path = Path(os.environ["CHORES"]) / name
    path.with_suffix(".new").write_text(str(pid))
    path.with_suffix(".new").rename(path)


@chore("add")
def add(x: int, y: int) -> int:
    return x + y


@chore("sleep")
def sleep(seconds: float) -> None:
    announce("pid", os.getpid())
    time.sleep(seconds)


@chore("stubborn")
def stubborn() -> None:
    """Ignores SIGTERM, and so does what it starts."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "60"])
    announce("grandchild", child.pid)
    announce("pid", os.getpid())
    time.sleep(60)


def note(name: str, text: str) -> None:
    """Writes a text where the test looks for it."""
    path = Path(os.environ["CHORES"]) / name
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


@chore("listens")
def listens(tidies: bool = True) -> None:
    """Gives signs of life until it is asked to cancel."""
    announce("pid", os.getpid())
    try:
        for count in range(10_000):
            activity.heartbeat({"count": count})
            note("said", str(count))
            time.sleep(0.01)
    except activity.ActivityCancelled as asked:
        note("tidied", "yes")
        if not tidies:
            time.sleep(60)
        raise activity.ActivityCancelled({"left": "tidy"}) from asked


@chore("cancels-itself")
def cancels_itself() -> None:
    raise activity.ActivityCancelled


@chore("finishes-anyway")
def finishes_anyway() -> str:
    """Hears that it is to cancel, and is nearly done."""
    announce("pid", os.getpid())
    while True:
        try:
            activity.heartbeat()
        except activity.ActivityCancelled:
            return "done all the same"
        time.sleep(0.01)


@chore("progress")
def progress() -> None:
    """Says how far it is, and hangs."""
    for page in range(5):
        activity.heartbeat({"page": page})
    time.sleep(60)


@chore("long-words")
def long_words() -> None:
    activity.heartbeat("x" * 5_000)
    time.sleep(60)


@chore("later")
def later() -> None:
    """Is completed by whoever finds the token."""
    token = activity.current().task_token
    assert token is not None
    note("token", token)
    raise activity.CompleteLater


@chore("who")
def who() -> dict[str, object]:
    it = activity.current()
    assert it.deadline is not None
    assert it.seconds_left is not None
    return {
        "ids": [it.activity_id, it.name, it.version, it.domain, it.task_list, it.workflow_id],
        "run": it.run_id,
        "attempt": it.attempt,
        "left": 50 < it.seconds_left <= 60,
        "context": who.context,
        "last": it.last_details,
    }


@chore("threads")
def threads() -> list[str]:
    """Many threads give signs of life at once."""
    import contextvars
    import threading

    seen: list[str] = []

    def work() -> None:
        for number in range(50):
            activity.heartbeat(number)
        seen.append(activity.current().activity_id)

    all = [threading.Thread(target=contextvars.copy_context().run, args=(work,)) for _ in range(8)]
    for thread in all:
        thread.start()
    for thread in all:
        thread.join()
    return seen


@chore("fork_and_return")
def fork_and_return() -> str:
    """Both the original and its copy go on; the copy later."""
    if os.fork() == 0:
        time.sleep(0.2)
    return "once"


@chore("copies-speak")
def copies_speak() -> str:
    """A copy of the process gives signs of life, too; nobody may hear them."""
    pid = os.fork()
    activity.heartbeat("from the copy" if pid == 0 else "from the original")
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "once"


@chore("move")
def move(directory: str) -> str:
    """Where it was; it leaves for another directory."""
    before = Path.cwd()
    os.chdir(directory)
    return str(before)
