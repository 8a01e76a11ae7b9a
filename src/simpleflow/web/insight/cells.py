"""Alike tasks together: what is drawn as one node or one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpleflow.web.runs import Kind, Run, Task

CHAIN_LENGTH = 8
"""A longer chain of equal names is drawn as one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One task, or several that are alike: side by side, or (*is_chain*) one after the other.

    *after* are the numbers of the cells it follows, in the list it stands in.
    """

    number: int
    tasks: tuple[Task, ...]
    after: tuple[int, ...]
    is_chain: bool = False

    @property
    def first(self) -> Task:
        """The task that was scheduled first."""
        return self.tasks[0]

    @property
    def kind(self) -> Kind:
        """What all of them are."""
        return self.first.kind

    @property
    def name(self) -> str:
        """The name that all of them have."""
        return self.first.name

    def span(self, run: Run) -> tuple[float, float]:
        """From the first scheduling to the last end; what is open ends with the picture."""
        last = [task.attempts[-1] for task in self.tasks]
        return min([task.attempts[0].scheduled for task in self.tasks]), max([run.end_of(each) for each in last])

    @property
    def is_group(self) -> bool:
        """Whether it is more than one task."""
        return len(self.tasks) > 1


def cells_of(run: Run, *, minimum: int) -> list[Cell]:
    """Every task in exactly one cell; groups of fewer than *minimum* stay single. In order of the first task.

    Tasks are alike if they are of one kind and name and follow alike tasks (forward bisimulation, in one pass:
    tasks stand in topological order).
    """
    preds = predecessors(run)
    members = _groups(run, preds, minimum)
    return _chained(_as_cells(run, members, preds))


def predecessors(run: Run) -> dict[str, tuple[str, ...]]:
    """By task id, the tasks and signals it follows that are there and stand before it."""
    known = {f"signal-{signal.name}" for signal in run.signals} | {f"signal-{name}" for name in run.awaited}
    found: dict[str, tuple[str, ...]] = {}
    checked: dict[tuple[str, ...], tuple[str, ...]] = {}
    for task in run.tasks:
        after = checked.get(task.after)
        if after is None or len(after) < len(task.after):
            after = checked[task.after] = tuple(id for id in task.after if id in known)
        found[task.id] = after
        known.add(task.id)
    return found


def _groups(run: Run, preds: Mapping[str, tuple[str, ...]], minimum: int) -> list[list[Task]]:
    numbers: dict[tuple[Kind, str, frozenset[int | str]], int] = {}
    group: dict[str, int | str] = {}
    groups: list[list[Task]] = []
    seen: dict[tuple[str, ...], frozenset[int | str]] = {}
    for task in run.tasks:
        after = preds[task.id]
        before = seen.get(after)
        if before is None:
            before = seen[after] = frozenset(group.get(id, id) for id in after)  # a signal is its own group
        number = numbers.setdefault((task.kind, task.name, before), len(groups))
        if number == len(groups):
            groups.append([])
        groups[number].append(task)
        group[task.id] = number
    members: list[list[Task]] = []
    for tasks in groups:
        members.extend([tasks] if len(tasks) >= minimum else [[task] for task in tasks])
    return members


def _as_cells(run: Run, members: list[list[Task]], preds: Mapping[str, tuple[str, ...]]) -> list[Cell]:
    place = {task.id: index for index, task in enumerate(run.tasks)}
    members.sort(key=lambda tasks: place[tasks[0].id])
    cell_of = {task.id: number for number, tasks in enumerate(members) for task in tasks}
    mapped: dict[tuple[str, ...], frozenset[int]] = {}
    result = []
    for number, tasks in enumerate(members):
        after: set[int] = set()
        for each in {preds[task.id] for task in tasks}:
            if each not in mapped:
                mapped[each] = frozenset(cell_of[id] for id in each if id in cell_of)
            after |= mapped[each]
        after.discard(number)
        result.append(Cell(number, tuple(tasks), tuple(sorted(after))))
    return _without_shortcuts(result)


def _without_shortcuts(cells: list[Cell]) -> list[Cell]:
    """Drops a -> c where a direct predecessor of c directly follows a."""
    after = {cell.number: frozenset(cell.after) for cell in cells}
    result = []
    for cell in cells:
        covered: set[int] = set()
        if len(cell.after) > 1:
            for each in cell.after:
                covered |= after[each]
        kept = tuple(each for each in cell.after if each not in covered)
        result.append(cell if len(kept) == len(cell.after) else Cell(cell.number, cell.tasks, kept))
    return result


def _chained(cells: list[Cell]) -> list[Cell]:
    """More than eight single tasks of one name, each following only the one before, become one cell."""
    followers: dict[int, list[int]] = defaultdict(list)
    for cell in cells:
        for each in cell.after:
            followers[each].append(cell.number)

    def link(cell: Cell) -> Cell | None:
        """The next of its name, if nothing else follows and it follows nothing else."""
        after = followers[cell.number]
        if len(after) != 1 or cell.is_group:
            return None
        following = cells[after[0]]
        is_alike = (following.kind, following.name) == (cell.kind, cell.name)
        return following if is_alike and not following.is_group and following.after == (cell.number,) else None

    head: dict[int, int] = {}
    chains: dict[int, list[Cell]] = {}
    for cell in cells:
        if cell.number in head:
            continue
        chain = [cell]
        following = link(cell)
        while following is not None:
            chain.append(following)
            following = link(following)
        if len(chain) > CHAIN_LENGTH:
            chains[cell.number] = chain
        for linked in chain:
            head[linked.number] = cell.number if len(chain) > CHAIN_LENGTH else linked.number
    if not chains:
        return cells
    return _renumbered(cells, head, chains)


def _renumbered(cells: Sequence[Cell], head: Mapping[int, int], chains: Mapping[int, list[Cell]]) -> list[Cell]:
    kept = [cell for cell in cells if head[cell.number] == cell.number]
    numbers = {cell.number: index for index, cell in enumerate(kept)}
    result = []
    for cell in kept:
        after = tuple(sorted({numbers[head[each]] for each in cell.after}))
        chain = chains.get(cell.number)
        tasks = cell.tasks if chain is None else tuple(task for each in chain for task in each.tasks)
        result.append(Cell(numbers[cell.number], tasks, after, is_chain=chain is not None))
    return result
