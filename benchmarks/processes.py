"""Server, decider and two workers as processes of their own: what they do in a second, what they need when idle."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.flows import Chain, FanOut
from simpleflow import format
from simpleflow.service import Address, client_of
from simpleflow.swf import setup
from swf.client import Client
from swf.protocol.operations import DescribeWorkflowExecution
from swf.protocol.values import ExecutionStatus

DOMAIN: Final = "bench"
ROOT: Final = Path(__file__).resolve().parents[1]
IDLE_S: Final = 5.0
LOOK_EVERY_S: Final = 0.002
CHAIN, FAN_OUT = 300, 1000


@dataclass
class Fleet:
    """Processes that are started with the command, and where their service is."""

    directory: Path
    address: Address
    processes: dict[str, subprocess.Popen[str]]

    def run(self, client: Client, flow: Any, n: int, id: str) -> float:
        """Seconds from the start of an execution until it is closed."""
        began = time.perf_counter()
        execution = setup.start(client, DOMAIN, flow, id, format.encode({"args": [n], "kwargs": {}}))
        while True:
            detail = client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
            if detail.execution_info.execution_status is ExecutionStatus.CLOSED:
                return time.perf_counter() - began
            assert time.perf_counter() - began < 300, f"{id} did not close"
            time.sleep(LOOK_EVERY_S)

    def pids(self) -> dict[str, list[int]]:
        """The processes below each command, itself included."""
        return {name: [process.pid, *below(process.pid)] for name, process in self.processes.items()}


@contextlib.contextmanager
def fleet(directory: Path, *, through_boto3: bool) -> Iterator[Fleet]:
    """A server, a decider and two workers; *through_boto3*: they are given an endpoint, else the file."""
    file = directory / "processes.db"
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SIMPLEFLOW", "SWF_", "AWS_"))}
    environment = {**mine, "PYTHONPATH": str(ROOT), "SWF_DOMAIN": DOMAIN, "LOG_LEVEL": "WARNING"}
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    environment |= keys
    os.environ |= keys
    processes: dict[str, subprocess.Popen[str]] = {}

    def begin(name: str, *arguments: str) -> subprocess.Popen[str]:
        processes[name] = subprocess.Popen(
            [sys.executable, "-m", "simpleflow", *arguments],
            cwd=directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )
        return processes[name]

    try:
        server = begin("server", "server.start", "--db", str(file), "--port", "0")
        assert server.stdout is not None
        url = server.stdout.readline().strip().partition("=")[2]
        address = Address(endpoint_url=url, region="us-east-1") if through_boto3 else Address(db=str(file))
        where = ("--endpoint-url", url) if through_boto3 else ("--db", str(file))
        flows = ("benchmarks.flows.Chain", "benchmarks.flows.FanOut")
        begin("decider", "decider.start", *flows, *where, "--nb-processes", "1")
        begin("workers", "worker.start", flows[0], *where, "--nb-processes", "2")
        yield Fleet(directory, address, processes)
    finally:
        for name in reversed(processes):
            processes[name].send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def measure(repeat: int) -> dict[str, Any]:
    """The figures, through our own client and through boto3 side by side."""
    results: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        fleets = {}
        for way in ("keepalive", "boto3"):
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            fleets[way] = stack.enter_context(fleet(directory, through_boto3=way == "boto3"))
        clients = {way: client_of(each.address) for way, each in fleets.items()}
        chains: dict[str, list[float]] = {way: [] for way in fleets}
        fans: dict[str, list[float]] = {way: [] for way in fleets}
        for way, each in fleets.items():
            setup.register(clients[way], DOMAIN, Chain)
            setup.register(clients[way], DOMAIN, FanOut)
            each.run(clients[way], FanOut, 20, "warm-up")
        for turn in range(repeat):
            for way, each in fleets.items():
                chains[way].append(each.run(clients[way], Chain, CHAIN, f"chain-{turn}"))
                fans[way].append(each.run(clients[way], FanOut, FAN_OUT, f"fan-out-{turn}"))
        for way in fleets:
            results[f"processes_chain_{way}_per_s"] = round(CHAIN / statistics.median(chains[way]))
            results[f"processes_fan_out_{way}_per_s"] = round(FAN_OUT / statistics.median(fans[way]))
        for way, each in fleets.items():
            pids = each.pids()
            before = cpu_s(pids)
            time.sleep(IDLE_S)
            spent = {name: after - before[name] for name, after in cpu_s(pids).items()}
            results[f"processes_idle_cpu_{way}_percent"] = round(100 * sum(spent.values()) / IDLE_S, 2)
            for name, group in pids.items():
                results[f"processes_{name}_{way}_pss_mb"] = round(sum(map(pss_mb, group)), 1)
    return results


def below(pid: int) -> list[int]:
    """All processes that *pid* has started, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(each) for each in children.read_text().split()]
    return found + [each for child in found for each in below(child)]


def pss_mb(pid: int) -> float:
    """The memory of a process, what it shares counted in parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def cpu_s(pids: dict[str, list[int]]) -> dict[str, float]:
    """Seconds of processor time that each group has had."""

    def ticks(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    return {name: sum(map(ticks, group)) / os.sysconf("SC_CLK_TCK") for name, group in pids.items()}
