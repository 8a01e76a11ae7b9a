"""What the ``run`` of a workflow takes, for type checkers and before it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from simpleflow.workflow import Workflow

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class RunsAsync(Protocol[P, R_co]):
    """A workflow with ``async def run``."""

    @property
    def run(self) -> Callable[P, Coroutine[Any, Any, R_co]]: ...


class Runs(Protocol[P, R_co]):
    """A workflow, by what its ``run`` takes and returns."""

    @property
    def run(self) -> Callable[P, R_co]: ...


def check(workflow: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Raises TypeError if *workflow* cannot be run with these arguments."""
    if not isinstance(workflow, type) or not issubclass(workflow, Workflow):
        raise TypeError(f"a subclass of simpleflow.Workflow is needed, not {workflow!r}")
    missing = [each for each in ("name", "version", "task_list") if not isinstance(getattr(workflow, each, None), str)]
    if missing:
        raise TypeError(
            f"the workflow {workflow.__name__} has no {' and no '.join(missing)}; set it as a class attribute"
        )
    try:
        inspect.signature(workflow.run).bind(None, *args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{workflow.__name__}.run{inspect.signature(workflow.run)}: {error}") from None


def takes(workflow: Any, name: str) -> bool:
    """Whether ``run`` has a parameter of that name."""
    run = getattr(workflow, "run", None)
    return run is not None and name in inspect.signature(run).parameters
