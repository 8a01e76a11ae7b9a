"""A workflow without an end: it goes on in a new run before its history gets too long."""

from simpleflow import Workflow, activity


@activity.with_attributes(task_list="example", version="example")
def look(number: int) -> int:
    return number * number


class Watch(Workflow):
    """Looks *times* times, a pause in between; *each_run* looks are one run."""

    name = "watch"
    version = "example"
    task_list = "example"

    def run(self, times: int, each_run: int = 1000, done: int = 0, total: int = 0) -> int:
        for _ in range(each_run):
            if done == times or self.should_continue_as_new:
                break
            total += self.submit(look, done).result
            self.sleep(0)
            done += 1
        if done < times:
            self.submit(self.continue_as_new(times, each_run, done=done, total=total)).wait()
        return total
