"""What each way to run a workflow is measured with."""

from __future__ import annotations

from typing import Final

from benchmarks.ours.flows import Chain, FanOut, Quickstart, expected
from simpleflow import Workflow, format
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from swf.client import Client
from swf.protocol.operations import CountOpenWorkflowExecutions, ExecutionTimeFilter
from swf.protocol.values import WorkflowExecution

DOMAIN: Final = "bench"


class Runner:
    """Runs executions one at a time through a client, and looks at their results."""

    client: Client

    def run(self, flow: type[Workflow], n: int) -> None:
        """Runs an execution, and those that it starts, to their end."""
        raise NotImplementedError

    def open(self) -> int:
        """How many executions are open."""
        request = CountOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=ExecutionTimeFilter(oldest_date=0))
        return self.client.call(request).count

    def check(self, flow: type[Workflow], n: int, execution: WorkflowExecution) -> None:
        """The execution has closed with the right result."""
        found = format.decode(setup.result_of(self.client, DOMAIN, execution, ValueStore()))
        assert found == expected(flow, n), f"{flow.name} gave {found!r}"

    def quickstart(self) -> None:
        self.run(Quickstart, 1)

    def chain(self, n: int) -> None:
        self.run(Chain, n)

    def fan_out(self, n: int) -> None:
        self.run(FanOut, n)
