"""A workflow that tells how far it is, while it runs and afterwards.

    simpleflow standalone examples.queries.Tour --input '[["Rome", "Pisa"], 60]'

and meanwhile, from another terminal:

    simpleflow --db simpleflow.db workflow.query tour --name progress

or in Python:

    import simpleflow
    with simpleflow.connect(db="simpleflow.db") as client:
        tour = client.handle("tour")
        print(tour.query("progress"))
        tour.signal("home")
        print(tour.result())
"""

from simpleflow import Workflow, activity, futures, workflow


@activity.with_attributes(task_list="tour", version="example")
def visit(town: str) -> str:
    return f"seen {town}"


class Tour(Workflow):
    name = "tour"
    version = "example"
    task_list = "tour"

    def run(self, towns: list[str], patience: int = 1) -> list[str]:
        self.towns = towns
        self.seen: list[str] = []
        for town in towns:
            self.seen.append(self.submit(visit, town).result)
        home = self.submit(self.wait_signal("home"))
        futures.wait(home, timeout=patience)
        return [*self.seen, "called home" if home.done else "slept"]

    @workflow.query
    def progress(self) -> str:
        return f"{len(self.seen)} of {len(self.towns)}"
