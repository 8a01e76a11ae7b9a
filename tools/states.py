"""Draws the states of every noun into ``docs/swf.md``: ``python -m tools.states``."""

from __future__ import annotations

import re
from pathlib import Path

from swf.lifecycle.transitions import AGAIN, NOTES, REFUSED, TRANSITIONS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "swf.md"
BLOCK = re.compile(r"(<!-- states of (\w+), drawn by tools/states.py -->\n).*?(<!-- end -->\n)", re.DOTALL)


def diagram(noun: str) -> str:
    """The states of a noun as a Mermaid diagram, and the events that change none."""
    table = TRANSITIONS[noun]
    beginnings = sorted(table[None])
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in beginnings]
    notes = NOTES.get(noun, {})
    refused = REFUSED.get(noun, frozenset()) | {state for state, states in notes.items() if None in states}
    lines += [f"    [*] --> {state} : refused" for state in sorted(refused)]
    for state, following in table.items():
        if state is not None:
            lines += [f"    {state} --> {each}" for each in sorted(following)]
    for state in sorted(AGAIN.get(noun, ())):
        lines += [f"    {state} --> {each} : again" for each in beginnings]
    ends = {each for following in table.values() for each in following} | refused
    lines += [f"    {state} --> [*]" for state in sorted(ends - {key for key in table if key is not None})]
    lines.append("```")
    if notes:
        together: dict[str, list[str]] = {}
        for state, states in notes.items():
            together.setdefault(_while(states), []).append(f"`{state}`")
        told = "; ".join(f"{', '.join(names)} while {state}" for state, names in together.items())
        lines += ["", f"Leaves the state as it is: {told}."]
    return "\n".join(lines) + "\n"


def _while(states: frozenset[str | None]) -> str:
    return "whatever it is" if None in states else " or ".join(f"`{state}`" for state in sorted(map(str, states)))


def drawn(text: str) -> str:
    """The page with its diagrams as the tables have them."""
    return BLOCK.sub(lambda found: f"{found[1]}{diagram(found[2])}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
