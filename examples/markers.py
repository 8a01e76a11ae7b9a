"""Notes in the history: what an import has come to, for people, for queries and for the workflow itself.

simpleflow standalone examples.markers.Import --input '[["orders", "items", "nothing"]]'
simpleflow --db simpleflow.db workflow.history --of cooked import
"""

from typing import Any

from simpleflow import Workflow, activity


@activity.with_attributes(task_list="example", version="example")
def load(table: str) -> int:
    return 0 if table == "nothing" else len(table) * 100


class Import(Workflow):
    """Notes down how many rows each table had, and which ones were empty."""

    name = "import"
    version = "example"
    task_list = "example"

    def run(self, tables: list[str]) -> dict[str, Any]:
        for table in tables:
            rows = self.submit(load, table).result
            self.submit(self.record_marker("loaded", {"table": table, "rows": rows}))
            if not rows:
                self.submit(self.record_marker("empty", table)).wait()
        loaded = [marker.details for marker in self.list_markers(all=True) if marker.name == "loaded"]
        empty = self.get_event_details("marker", "empty")
        return {
            "rows": sum(each["rows"] for each in loaded),
            "tables": [each["table"] for each in loaded],
            "last empty": empty and empty["details"],
        }
