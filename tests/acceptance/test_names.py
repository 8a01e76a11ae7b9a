"""The names that users import, module by module."""

from __future__ import annotations

import importlib

import pytest

NAMES = {
    "simpleflow": "Activity Workflow activity futures settings __version__ WaitForSignal logger",
    "simpleflow.activity": "with_attributes Activity PRIORITY_NOT_SET",
    "simpleflow.workflow": "Workflow",
    "simpleflow.futures": "Future wait get_result_or_raise PENDING RUNNING CANCELLED CANCELLED_AND_NOTIFIED FINISHED "
    "FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED",
    "simpleflow.canvas": "Group Chain FuncGroup GroupFuture ChainFuture",
    "simpleflow.task": "Task ActivityTask WorkflowTask get_actual_value resolve_args resolve_kwargs ChildWorkflowTask "
    "SignalTask MarkerTask TimerTask CancelTimerTask TaskFailureContext NonPythonicActivityTask",
    "simpleflow.exceptions": "ExecutionBlocked TaskException WorkflowException TaskFailed TimeoutError TaskCanceled "
    "TaskTerminated AggregateException ExecutionError ExecutionTimeoutError",
    "simpleflow.executor": "Executor",
    "simpleflow.local": "Executor",
    "simpleflow.local.executor": "Executor",
    "simpleflow.registry": "Registry registry",
    "simpleflow.history": "History",
    "simpleflow.execute": "program python make_callable RequiredArgument format_arguments",
    "simpleflow.settings": "configure put_setting print_settings",
    "simpleflow.utils": "issubclass_ retry json_dumps json_loads_or_raw serialize_complex_object import_from_module "
    "import_object_from_module format_exc format_exc_type hex_hash remove_none full_object_name full_class_name",
    "simpleflow.swf.executor": "Executor",
    "simpleflow.swf.task": "ActivityTask WorkflowTask SignalTask MarkerTask TimerTask CancelTimerTask "
    "NonPythonicActivityTask",
    "simpleflow.format": "decode encode input result reason details control heartbeat_details execution_context "
    "identity",
    "simpleflow.storage": "push pull push_content pull_content list_keys",
    "simpleflow.download": "with_binaries download_binaries RemoteBinary",
    "simpleflow.dispatch": "RegistryDispatcher ModuleDispatcher DryRunDispatcher Dispatcher",
    "simpleflow.step": "WorkflowStepMixin",
    "simpleflow.metrology": "MetrologyTask MetrologyWorkflow",
}


@pytest.mark.parametrize("path", NAMES)
def test_a_module_has_the_names_that_users_import(path: str) -> None:
    module = importlib.import_module(path)
    assert [name for name in NAMES[path].split() if not hasattr(module, name)] == []
