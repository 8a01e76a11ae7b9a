"""Counts the words in the text files of a directory: list, count group by group, merge as a tree.

Counts are large, so they lie in the value store; what travels between activities are their digests.
Files that cannot be read, or are no UTF-8 text, are reported and left out.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from simpleflow import Workflow, activity
from simpleflow.storage import ValueStore

GROUP_FILES = 200
GROUP_BYTES = 2_000_000
MERGED_AT_ONCE = 8
WORD = re.compile(r"[^\W\d_]+")

attempts = activity.with_attributes(version="1", task_list="wordcount", retry=3, heartbeat_timeout=5)


def text_files(directory: str) -> Iterator[tuple[str, int]]:
    """Path and size of every regular file below *directory*, links left out, in a fixed order."""
    for folder, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path, os.path.getsize(path)


@attempts
def list_files(directory: str) -> list[str]:
    """Digests of the groups of paths."""
    if not os.path.isdir(directory):
        raise NotADirectoryError(f"{directory} is no directory")
    groups: list[list[str]] = [[]]
    size = 0
    for path, length in text_files(directory):
        if groups[-1] and (len(groups[-1]) >= GROUP_FILES or size + length > GROUP_BYTES):
            groups.append([])
            size = 0
        groups[-1].append(path)
        size += length
    return [keep(group) for group in groups if group]


@attempts
def count_words(paths_digest: str) -> str:
    """The digest of the counts of a group of files."""
    counts: Counter[str] = Counter()
    files, skipped = 0, []
    for path in load(paths_digest):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            skipped.append(f"{path}: {type(error).__name__}")
            continue
        if "\0" in text:
            skipped.append(f"{path}: binary")
            continue
        counts.update(WORD.findall(text.lower()))
        files += 1
    return keep({"counts": counts, "files": files, "skipped": skipped})


@attempts
def merge(digests: list[Any]) -> str:
    """The digest of several counts together."""
    counts: Counter[str] = Counter()
    files, skipped = 0, []
    for part in map(load, digests):
        counts.update(part["counts"])
        files += part["files"]
        skipped += part["skipped"]
    return keep({"counts": counts, "files": files, "skipped": skipped})


@attempts
def summarize(digest: str, top: int) -> dict[str, Any]:
    """The top words and how much was counted."""
    whole = load(digest)
    ranked = sorted(whole["counts"].items(), key=lambda item: (-item[1], item[0]))
    return {
        "files": whole["files"],
        "words": sum(whole["counts"].values()),
        "distinct": len(whole["counts"]),
        "top": ranked[:top],
        "skipped": len(whole["skipped"]),
        "skipped_first": whole["skipped"][:5],
    }


class WordCount(Workflow):
    """The top words of a directory."""

    name = "wordcount"
    version = "1"
    task_list = "wordcount"

    def run(self, directory: str, top: int = 10) -> dict[str, Any]:
        groups = self.submit(list_files, directory).result_or_raise()
        parts = self.map(count_words, groups) or [self.submit(merge, [])]
        while len(parts) > 1:
            several = [parts[first : first + MERGED_AT_ONCE] for first in range(0, len(parts), MERGED_AT_ONCE)]
            parts = [self.submit(merge, each) for each in several]
        return self.submit(summarize, parts[0], top).result_or_raise()


def keep(value: Any) -> str:
    """Stores a value and returns its digest."""
    return ValueStore().put(json.dumps(value))


def load(digest: str) -> Any:
    """The value of a digest."""
    return json.loads(ValueStore().get(digest))
