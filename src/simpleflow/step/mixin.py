"""Workflows in steps: a step that was done is not done again, in this execution or in a later one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from simpleflow import settings
from simpleflow.activity import Activity
from simpleflow.canvas import Chain, ChainFuture, FuncGroup
from simpleflow.futures import Future
from simpleflow.options import NOTHING_SAID
from simpleflow.step.places import FILES
from simpleflow.step.tasks import GetStepsDoneTask, MarkStepDoneTask

MARKER: Final = "log.step"


class StepFuture(ChainFuture):
    """The future of a step. Its result is that of what the step does; None if nothing was to do."""

    __slots__ = ()

    def _results(self) -> Any:
        return self.futures[0].result if self.futures else None


class Book:
    """What one run knows about its steps."""

    def __init__(self, workflow: WorkflowStepMixin) -> None:
        self._workflow = workflow
        self._known: Future[Any] | None = None
        self._done: set[str] = set()
        self.forced: dict[str, list[str]] = {}
        self.skipped: dict[str, list[str]] = {}

    def is_done(self, name: str) -> bool:
        """Whether the step was done, in this run or in an earlier one. Waits for the answer, once."""
        if self._known is None:
            self._known = self._submit(GetStepsDoneTask)
        return name in self._done or name in self._known.result_or_raise()

    def mark(self, name: str) -> tuple[Any, ...]:
        """The task that writes down that a step is done."""
        return (self._varied(MarkStepDoneTask), *self._where(), name)

    def note_done(self, name: str) -> None:
        """It is written down."""
        self._done.add(name)

    def _submit(self, activity: Any) -> Future[Any]:
        future: Future[Any] = self._workflow.executor.submit(self._varied(activity), self._where(), {})
        return future

    def _where(self) -> tuple[str, str]:
        return self._workflow.get_step_bucket(), self._workflow.get_step_path_prefix()

    def _varied(self, activity: Any) -> Activity[..., Any]:
        options = NOTHING_SAID
        for name, value in self._workflow.get_step_activity_params().items():
            options = options.with_attribute(f"task_{name}" if name.endswith("_timeout") else name, value)
        return options.applied(activity)


class WorkflowStepMixin:
    """Gives a workflow steps: ``class W(Workflow, WorkflowStepMixin)``.

    What is done is written down in an S3 bucket (setting STEP_BUCKET), else in files of this user on this machine, if
    the service is on this machine too. A run in memory (``--local``) begins anew each time.
    """

    if TYPE_CHECKING:
        # What it needs of the workflow that it is mixed into.
        executor: Any
        name: str

        def get_run_context(self) -> dict[str, Any]: ...

    _step_book: Book | None = None

    def get_step_bucket(self) -> str:
        """Where steps are written down: ``BUCKET`` or ``HOST/BUCKET`` of S3, or ``file:NAME`` on this machine."""
        if settings.STEP_BUCKET:
            return f"{settings.SIMPLEFLOW_S3_HOST}/{settings.STEP_BUCKET}"
        if not self.executor.is_service_here:
            raise ValueError(
                "the service is used from other machines, which could not read a file here; name an S3 bucket to write "
                "down which steps are done: setting STEP_BUCKET, or get_step_bucket() of the workflow"
            )
        context = self.get_run_context()
        place = f"{FILES}{context['domain_name']}/{self.name}"
        return f"{place}/{context['run_id']}" if self.executor.is_in_memory else place

    def get_step_path_prefix(self) -> str:
        """What the keys of steps begin with."""
        return f"{self.get_run_context()['workflow_id']}/steps/"

    def get_step_activity_params(self) -> dict[str, Any]:
        """How the two activities of steps are run, as ``activity.with_attributes`` takes it: *task_list*, *retry*..."""
        return {}

    def step(
        self,
        name: str,
        submittable: Any,
        force: bool = False,
        activities_if_step_already_done: Any = None,
        emit_signal: bool = False,
        force_steps_if_executed: Iterable[str] | None = None,
        bubbles_exception_on_failure: bool = False,
    ) -> Step:
        """A step, to be submitted: *submittable* if it is not done yet, else *activities_if_step_already_done*.

        *force*: it is done again. *emit_signal*: a signal ``step.<name>`` tells that it is over. If it is executed,
        *force_steps_if_executed* are forced. *bubbles_exception_on_failure*: its future has the exceptions of what has
        failed.
        """
        if not isinstance(name, str) or not name:
            raise TypeError(f"the name of a step is {name!r}; it must be a text")
        return Step(
            self,
            name,
            submittable,
            force=force,
            otherwise=activities_if_step_already_done,
            emit_signal=emit_signal,
            forces=tuple(_listed(force_steps_if_executed or ())),
            bubbles_exception_on_failure=bubbles_exception_on_failure,
        )

    def add_forced_steps(self, steps: Iterable[str], reason: str | None = None) -> None:
        """Has these steps done again: ``a`` means ``a.b`` and ``a.b.c`` too, ``*`` all."""
        _add(self.step_book.forced, steps, reason or "forced")

    def add_skipped_steps(self, steps: Iterable[str], reason: str | None = None) -> None:
        """Has these steps left out, unless they are forced."""
        _add(self.step_book.skipped, steps, reason or "skipped")

    @property
    def step_book(self) -> Book:
        """What this run knows about its steps."""
        if self._step_book is None:
            self._step_book = Book(self)
        return self._step_book


class Step(FuncGroup):
    """What :meth:`WorkflowStepMixin.step` gives. It looks what is done when its turn comes."""

    def __init__(
        self,
        workflow: WorkflowStepMixin,
        name: str,
        what: Any,
        *,
        force: bool,
        otherwise: Any,
        emit_signal: bool,
        forces: tuple[str, ...],
        bubbles_exception_on_failure: bool,
    ) -> None:
        super().__init__(self._begin)
        Chain(what)  # refuses what cannot be submitted, now
        if otherwise is not None:
            Chain(otherwise)
        self._workflow = workflow
        self.step_name = name
        self._what = what
        self._is_forced = force
        self._otherwise = otherwise
        self._emits_signal = emit_signal
        self._forces = forces
        self._bubbles = bubbles_exception_on_failure

    def _begin(self, *sent: Any) -> Chain:
        """Decides what is done. What a chain has *sent* is not for a step."""
        book = self._workflow.step_book
        reasons = (["forced"] if self._is_forced else []) + _reasons(book.forced, self.step_name)
        is_forced = bool(reasons)
        if not is_forced:
            reasons = _reasons(book.skipped, self.step_name)
            if not reasons and book.is_done(self.step_name):
                reasons = ["already done"]
        options: Any = {"bubbles_exception_on_failure": self._bubbles, "future_class": StepFuture}
        if reasons and not is_forced:
            self._log("skipped", is_forced, reasons)
            self._tell()
            return Chain(*([] if self._otherwise is None else [self._otherwise]), **options)
        self._workflow.add_forced_steps(self._forces, f"step {self.step_name} is executed")
        self._log("scheduled", is_forced, reasons)
        end = FuncGroup(self._end, is_forced, reasons, _allow_none=True)
        return Chain(self._what, book.mark(self.step_name), end, **options)

    def _end(self, is_forced: bool, reasons: list[str]) -> None:
        self._workflow.step_book.note_done(self.step_name)
        self._log("completed", is_forced, reasons)
        self._tell()

    def _tell(self) -> None:
        if self._emits_signal:
            workflow: Any = self._workflow
            workflow.submit(workflow.signal(f"step.{self.step_name}"))

    def _log(self, status: str, is_forced: bool, reasons: list[str]) -> None:
        details = {"step": self.step_name, "status": status, "forced": is_forced, "reasons": reasons}
        workflow: Any = self._workflow
        workflow.submit(workflow.record_marker(MARKER, details))

    def __repr__(self) -> str:
        return f"Step({self.step_name!r})"


def _listed(steps: Iterable[str]) -> Iterable[str]:
    if isinstance(steps, str):
        raise TypeError(f"a list of steps is needed, not the text {steps!r}")
    return steps


def _add(known: dict[str, list[str]], steps: Iterable[str], reason: str) -> None:
    for step in _listed(steps):
        reasons = known.setdefault(step, [])
        if reason not in reasons:
            reasons.append(reason)


def _reasons(known: dict[str, list[str]], name: str) -> list[str]:
    """Why a step is forced or skipped: what was said of it, of what it is a part of, and of all."""
    parts = name.split(".")
    names = ["*", *(".".join(parts[: end + 1]) for end in range(len(parts)))]
    return [reason for each in names for reason in known.get(each, ())]
