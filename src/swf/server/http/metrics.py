"""What the service does, in numbers, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from swf.protocol.faults import FAULTS
from swf.server.service import Service
from swf.server.store.watching import Observer

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
LISTS_SHOWN: Final = 50
"""Task lists by name, those with most tasks first; all others are one."""
OTHERS: Final = "(others)"
CALL_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 70)
DISK_BUCKETS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2)
SIZE_BUCKETS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics(Observer):
    """The numbers of one service. It becomes the observer of its database."""

    def __init__(self, service: Service) -> None:
        registry = self._registry = CollectorRegistry()
        self._calls = Counter(
            "swf_calls", "Calls that were answered, by operation and fault", ["operation", "fault"], registry=registry
        )
        self._seconds = Histogram(
            "swf_call_seconds",
            "Time from a request to its answer, the wait of polls included",
            ["operation"],
            buckets=CALL_BUCKETS,
            registry=registry,
        )
        self._commit_seconds = Histogram(
            "swf_commit_seconds", "Time of a transaction", buckets=DISK_BUCKETS, registry=registry
        )
        self._commit_frames = Histogram(
            "swf_commit_pages", "Pages that a transaction wrote", buckets=SIZE_BUCKETS, registry=registry
        )
        self._sync_seconds = Histogram(
            "swf_sync_seconds", "Time of a sync of the log", buckets=DISK_BUCKETS, registry=registry
        )
        self._checkpoint_seconds = Histogram(
            "swf_checkpoint_seconds", "Time of a checkpoint", buckets=DISK_BUCKETS, registry=registry
        )
        self._frames = 0
        registry.register(_Now(service))
        service.database.observer = self

    def text(self) -> bytes:
        """All numbers. Takes the turn of the service for a moment."""
        return generate_latest(self._registry)

    def called(self, operation: str, fault: str | None, seconds: float) -> None:
        """A call was answered. Operation and fault are names of the API or made one."""
        known = "" if fault is None else fault if fault in FAULTS else "Other"
        self._calls.labels(operation, known).inc()
        self._seconds.labels(operation).observe(seconds)

    def committed(self, seconds: float, frames: int) -> None:
        self._commit_seconds.observe(seconds)
        self._commit_frames.observe(frames - self._frames if frames >= self._frames else frames)
        self._frames = frames

    def synced(self, seconds: float) -> None:
        self._sync_seconds.observe(seconds)

    def checkpointed(self, seconds: float) -> None:
        self._checkpoint_seconds.observe(seconds)


class _Now:
    """What is counted when it is asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        return iter(self._service.look(lambda: list(self._numbers())))

    def _numbers(self) -> Iterator[Metric]:
        service = self._service
        database, execute = service.database, service.database.connection.execute
        yield CounterMetricFamily("swf_commits", "Transactions written", value=database.commits)
        yield CounterMetricFamily("swf_syncs", "Syncs of the log", value=database.syncs)
        yield GaugeMetricFamily("swf_log_pages", "Pages in the log", value=database.frames)
        yield GaugeMetricFamily(
            "swf_writes_stopped", "1 while the disk takes no writes", value=int(service.writing.obstacle is not None)
        )
        open_ones = execute("select count(*) from executions where close_at is null").get
        yield GaugeMetricFamily("swf_open_executions", "Open executions", value=open_ones)
        warm = GaugeMetricFamily("swf_warm_executions", "Executions kept folded in memory")
        warm.add_metric([], len(service.histories))
        yield warm
        pollers = GaugeMetricFamily("swf_waiting_pollers", "Polls that wait for a task")
        pollers.add_metric([], sum(len(tasks.pollers) for tasks in service.task_lists.all()))
        yield pollers
        tasks = GaugeMetricFamily(
            "swf_waiting_tasks", "Tasks that wait to be handed out", labels=["domain", "kind", "list"]
        )
        rest: dict[str, int] = {}
        for number, (domain, kind, name, count) in enumerate(execute(_WAITING)):
            if number < LISTS_SHOWN:
                tasks.add_metric([domain, kind, name], count)
            else:
                rest[kind] = rest.get(kind, 0) + count
        for kind, count in rest.items():
            tasks.add_metric([OTHERS, kind, OTHERS], count)
        yield tasks


_WAITING: Final = (
    "select d.name, l.kind, l.name, n.count from"
    " (select list, count(*) as count from tasks group by list) n"
    " join task_lists l on l.id = n.list join domains d on d.id = l.domain order by n.count desc, l.id"
)
