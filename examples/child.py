"""A workflow that starts others: each chapter is a workflow of its own, with its own history and retries."""

from simpleflow import Workflow, activity, futures


@activity.with_attributes(task_list="example", version="example")
def count_words(text: str) -> int:
    return len(text.split())


class Chapter(Workflow):
    """Counts the words of one chapter, page by page."""

    name = "chapter"
    version = "example"
    task_list = "example"
    execution_timeout = 300

    def run(self, pages: list[str]) -> int:
        return sum(futures.wait(*self.map(count_words, pages)))


class Book(Workflow):
    """Counts the words of a book: all chapters at once."""

    name = "book"
    version = "example"
    task_list = "example"

    def run(self, chapters: list[list[str]]) -> list[int]:
        return futures.wait(*[self.submit(Chapter, pages) for pages in chapters])
