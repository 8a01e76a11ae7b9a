"""Executions that other processes run."""

from __future__ import annotations

import json
from pathlib import Path

from examples.queries import Tour

import simpleflow
from simpleflow.exceptions import QueryError
from tests.client.test_handles import until
from tests.processes.command import begin, check


def test_who_has_the_file_asks_signals_and_waits_while_another_process_runs_the_workflow(tmp_path: Path) -> None:
    process = begin(
        tmp_path, "standalone", "examples.queries.Tour", "--input", '[["Rome", "Pisa"], 300]', "--display-status", "0"
    )
    try:
        assert process.stdout is not None
        workflow_id, run_id = process.stdout.readline().split()
        with simpleflow.connect(db=tmp_path / "simpleflow.db") as client:
            tour = client.handle(workflow_id, workflow=Tour)
            assert tour.run_id == run_id

            def has_seen_all() -> bool:
                try:
                    return tour.query(Tour.progress) == "2 of 2"
                except QueryError:
                    return False

            until(has_seen_all)
            assert tour.status == "OPEN"
            assert client.handle(workflow_id).query("progress") == "2 of 2"  # its class is found by the history
            tour.signal("home")
            # The process that serves the file ends with the execution: then this one serves it.
            assert tour.result(60) == ["seen Rome", "seen Pisa", "called home"]
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            assert json.loads(out.splitlines()[-1]) == ["seen Rome", "seen Pisa", "called home"]
            assert tour.query(Tour.progress) == "2 of 2"
            assert tour.status == "COMPLETED"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")
