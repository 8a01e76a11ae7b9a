"""A nightly import in steps: started again, it goes on after the steps that are done.

    simpleflow standalone examples.steps.Nightly --input '["2026-07-01"]'

Steps are written down in an S3 bucket (STEP_BUCKET), else beside the large values of this user, by workflow id.
"""

from simpleflow import Workflow, activity
from simpleflow.canvas import Group
from simpleflow.step import WorkflowStepMixin

task = activity.with_attributes(version="example", task_list="nightly")


@task
def fetch(table: str, day: str) -> str:
    return f"{table} of {day}"


@task
def load(day: str, fail: bool) -> str:
    if fail:
        raise RuntimeError("the database is down")
    return f"loaded {day}"


class Nightly(Workflow, WorkflowStepMixin):
    """Fetches two tables and loads them. *fail* has the loading fail, so that the next execution must go on there."""

    name = "nightly"
    version = "example"
    task_list = "nightly"

    def run(self, day: str, fail: bool = False, again: bool = False) -> str:
        if again:
            self.add_forced_steps(["*"], "all again")
        tables = self.step("fetch", Group((fetch, "orders", day), (fetch, "items", day)))
        print("fetched:", self.submit(tables).result)
        loading = self.submit(self.step("load", (load, day, fail), bubbles_exception_on_failure=True))
        if loading.exception is not None:
            self.fail("not loaded")
        print("loaded:", loading.result)
        return ", ".join(f"{each.details['step']} {each.details['status']}" for each in self.list_markers(all=True))
