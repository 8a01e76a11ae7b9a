"""Writes ``docs/reference/conformance.md``: what the embedded service does as Amazon SWF does, and which test says so.

``python -m tests.conformance`` writes the file; a test compares it. A rule is told by the name of its test, so that
each is said once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from swf.protocol import causes
from swf.protocol.causes import Cause
from swf.protocol.decisions import DECISIONS
from swf.protocol.operations import OPERATIONS
from tests.conformance_rules import CAUSES, CHOICES, DECIDED, GENERAL, OPERATED, UNREACHABLE

ROOT: Final = Path(__file__).parent.parent
DOCUMENT: Final = ROOT / "docs" / "reference" / "conformance.md"

INTRODUCTION = """\
# How the embedded service conforms to Amazon SWF

Written by `python -m tests.conformance` from the tests: each rule is the name of the test that holds it, next to the
file where it stands. Beyond these, a small model of the service is compared with it over random commands
([test_against_model.py](../../tests/simulation/test_against_model.py)), recorded executions of Amazon SWF are done
again event by event ([test_recorded.py](../../tests/service/test_recorded.py)), every word is compared with Amazon's
own API model ([test_api_model.py](../../tests/wire/test_api_model.py)), and boto3 makes every call over HTTP
([test_boto3.py](../../tests/wire/test_boto3.py)).
"""


class Unfounded(Exception):
    """The document would claim what no test says."""


def document() -> str:
    """The whole text. Raises Unfounded if a test that is named is not there, or something is left out."""
    _complete(OPERATED, OPERATIONS, "operation")
    _complete(DECIDED, [decision.__name__ for decision in DECISIONS], "decision")
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield "## Operations\n"
    for name, rules in sorted(OPERATED.items()):
        yield from _section(f"### {name}", rules)
    yield "## Decisions\n"
    for name, rules in sorted(DECIDED.items()):
        yield from _section(f"### {name}", rules)
    yield "## Causes of refusing events\n"
    yield "| Cause | Test |\n|---|---|"
    yield from _causes()
    yield ""
    for title, rules in GENERAL.items():
        yield from _section(f"## {title}", rules)
    yield "## Choices\n"
    yield "Where nobody outside Amazon knows what it does, or a local service may do better, this is what ours does.\n"
    yield "| Question | Here | Test |\n|---|---|---|"
    for question, choice, test in CHOICES:
        yield f"| {question} | {choice} | {_link(test) if test else ''} |"


def _section(title: str, rules: tuple[str, ...]) -> Iterator[str]:
    yield f"{title}\n"
    for rule in rules:
        yield f"* {sentence(rule)} ({_link(rule)})"
    yield ""


def _causes() -> Iterator[str]:
    wanted = {
        cause
        for name, group in vars(causes).items()
        if name.isupper() and isinstance(group, frozenset)
        for cause in group
    }
    missing = wanted - set(CAUSES) - set(UNREACHABLE)
    if missing:
        raise Unfounded(f"no test and no reason for {sorted(missing)}")
    for cause in sorted(wanted):
        if cause in UNREACHABLE:
            yield f"| `{cause}` | never: {UNREACHABLE[cause]} |"
        else:
            _must_mention(CAUSES[cause], cause)
            yield f"| `{cause}` | {sentence(CAUSES[cause])} ({_link(CAUSES[cause])}) |"


def sentence(rule: str) -> str:
    """The name of a test as words."""
    return rule.partition("::")[2].removeprefix("test_").replace("_", " ")


def path_of(rule: str) -> Path:
    """The file of ``room::test_name``; rooms of tests/service need no folder."""
    room = rule.partition("::")[0]
    folder, _, name = room.rpartition("/")
    return ROOT / "tests" / (folder or "service") / f"test_{name}.py"


def _link(rule: str) -> str:
    path, name = path_of(rule), rule.partition("::")[2]
    if not path.exists() or not re.search(rf"^def {re.escape(name)}\(", path.read_text(encoding="utf-8"), re.MULTILINE):
        raise Unfounded(f"there is no test {rule}")
    return f"[{path.name}](../../{path.relative_to(ROOT).as_posix()})"


def _must_mention(rule: str, cause: Cause) -> None:
    if cause not in path_of(rule).read_text(encoding="utf-8"):
        raise Unfounded(f"{rule} is said to reach {cause}, but its file does not mention it")


def _complete(told: dict[str, tuple[str, ...]], wanted: dict[str, object] | list[str], kind: str) -> None:
    missing = set(wanted) ^ set(told)
    if missing:
        raise Unfounded(f"{kind}s told and {kind}s there are differ: {sorted(missing)}")


def main() -> None:
    """Writes the document."""
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
