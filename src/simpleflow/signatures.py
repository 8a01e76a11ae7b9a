"""What the ``run`` of a workflow takes, checked before it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simpleflow.workflow import Workflow


class ArgumentsError(TypeError):
    """The ``run`` of a workflow does not take these arguments."""


def check(workflow: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raises TypeError if *workflow* cannot be run with these arguments: ArgumentsError if it takes others."""
    if not isinstance(workflow, type) or not issubclass(workflow, Workflow):
        raise TypeError(f"a subclass of simpleflow.Workflow is needed, not {workflow!r}")
    missing = [each for each in ("name", "version", "task_list") if not isinstance(getattr(workflow, each, None), str)]
    if missing:
        raise TypeError(
            f"the workflow {workflow.__name__} has no {' and no '.join(missing)}; set it as a class attribute"
        )
    check_arguments(workflow, args, kwargs)


def check_arguments(workflow: type[Workflow], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raises ArgumentsError, with the signature, if ``run`` does not take these arguments."""
    try:
        inspect.signature(workflow.run).bind(None, *args, **kwargs)
    except TypeError as error:
        raise ArgumentsError(f"{workflow.__name__}.run{_shown(workflow.run)}: {error}") from None


def _shown(run: Callable[..., Any]) -> inspect.Signature:
    """The signature with its hints as they stand in the code, if they can be understood here."""
    try:
        return inspect.signature(run, eval_str=True)
    except Exception:  # noqa: BLE001  # hints are the user's code
        return inspect.signature(run)


def takes(workflow: Any, name: str) -> bool:
    """Whether ``run`` has a parameter of that name."""
    run = getattr(workflow, "run", None)
    return run is not None and name in inspect.signature(run).parameters
