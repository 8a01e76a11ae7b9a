"""How objects find their service, and what they say of its errors."""

from __future__ import annotations

import gc
import io
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.stub import Stubber
from tools.operations import generate, method_name

import swf
from swf import core, settings
from swf.actors import ActivityWorker, Decider
from swf.clients import BotoClient, KeepAliveClient, RetryingClient
from swf.clients.retrying import passes
from swf.core import ConnectedSWFObject
from swf.exceptions import (
    ActivityTypeDoesNotExist,
    AlreadyExistsError,
    ConfigurationError,
    DeprecatedError,
    DoesNotExistError,
    DomainDoesNotExist,
    InvalidCredentialsError,
    InvalidKeywordArgumentError,
    InvalidRequestError,
    LimitExceededError,
    OperationNotPermittedError,
    PollTimeout,
    RateLimitExceededError,
    ResponseError,
    SWFError,
    Unreachable,
    WorkflowExecutionAlreadyStartedError,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeDoesNotExist,
    error_of,
)
from swf.models import Domain, WorkflowType
from swf.protocol import operations as o
from swf.protocol.faults import (
    FAULTS,
    Fault,
    InternalFailure,
    OtherFault,
    ThrottlingException,
    UnknownResourceFault,
)
from swf.protocol.values import RegistrationStatus
from swf.querysets import DomainQuerySet
from tests.objects.places import Place, boto3_client, over_http

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home without files and an environment without AWS."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    core.shared_client.cache_clear()
    yield tmp_path
    settings.clear()
    core.shared_client.cache_clear()


FILE = """
[credentials]
aws_access_key_id = FILEKEY
aws_secret_access_key = file%secret

[defaults]
region = eu-west-1
"""


def test_settings_come_from_a_file_in_the_home_directory(bare: Path) -> None:
    assert settings.get() == {}
    (bare / ".swf").write_text(FILE)

    assert settings.get() == {
        "aws_access_key_id": "FILEKEY",
        "aws_secret_access_key": "file%secret",
        "region": "eu-west-1",
    }
    assert settings.from_home() == settings.from_file(bare / ".swf") == settings.from_stream(io.StringIO(FILE))
    assert settings.from_file(bare / "nothing") == {}
    assert settings.get("other") == {}


def test_a_section_may_be_absent() -> None:
    assert settings.from_stream(io.StringIO("[defaults]\nregion = eu-west-1\n")) == {"region": "eu-west-1"}
    assert settings.from_stream(io.StringIO("[credentials]\naws_access_key_id = K\n")) == {"aws_access_key_id": "K"}
    assert settings.from_stream(io.StringIO("")) == {}


def test_environment_and_file_are_merged_and_the_environment_wins(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".swf").write_text(FILE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert settings.get()["region"] == "us-west-2"
    assert settings.get()["aws_access_key_id"] == "FILEKEY"

    settings.set(region="ap-southeast-2", aws_access_key_id=None)
    assert settings.get()["region"] == "ap-southeast-2"
    settings.clear()
    assert settings.get()["region"] == "us-west-2"


def test_keys_are_taken_together_from_one_place(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of a role does not go with the keys of a file."""
    (bare / ".swf").write_text(FILE.replace("region", "aws_session_token = FILETOKEN\nregion"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ENVKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "envsecret")
    known = settings.get()
    assert (known["aws_access_key_id"], known["aws_secret_access_key"]) == ("ENVKEY", "envsecret")
    assert "aws_session_token" not in known


def test_the_region_is_what_is_said_else_the_settings_else_virginia(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ConnectedSWFObject().region == "us-east-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert ConnectedSWFObject().region == "eu-west-1"
    assert ConnectedSWFObject(region="us-west-2").region == "us-west-2"
    assert Domain("shop").region == "eu-west-1"
    assert ConnectedSWFObject(session=boto3.Session(region_name="sa-east-1")).region == "sa-east-1"
    with pytest.raises(ValueError, match="'mars' is no AWS region"):
        Domain("shop", region="mars")
    assert Domain("shop", region="mars", endpoint_url="http://127.0.0.1:9").region == "mars"


def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def boto_of(client: Any) -> Any:
    """The boto3 client below a client of ours."""
    assert isinstance(client, RetryingClient)
    inner = client._client
    assert isinstance(inner, BotoClient)
    return inner.client


def test_objects_of_one_region_and_endpoint_share_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    keys(monkeypatch)
    one = Domain("a").client
    assert Domain("b").client is one
    assert DomainQuerySet().client is one
    assert Domain("a", region="eu-west-1").client is not one
    assert boto_of(Domain("a", region="eu-west-1").client).meta.region_name == "eu-west-1"
    assert boto_of(Domain("a", endpoint_url="https://swf.test").client).meta.endpoint_url == "https://swf.test"


def test_keys_of_the_file_sign_and_those_of_a_role_keep_their_token(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / ".swf").write_text(FILE)
    signer = boto_of(Domain("shop").client)._request_signer._credentials
    assert (signer.access_key, signer.secret_key, signer.token) == ("FILEKEY", "file%secret", None)

    keys(monkeypatch)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    signer = boto_of(Domain("shop").client)._request_signer._credentials
    assert (signer.access_key, signer.token) == ("key", "token")


def test_a_session_that_is_handed_in_is_used() -> None:
    session = boto3.Session(aws_access_key_id="mine", aws_secret_access_key="s", region_name="eu-west-1")
    domain = Domain("shop", session=session)
    assert boto_of(domain.client)._request_signer._credentials.access_key == "mine"
    assert boto_of(domain.client).meta.region_name == "eu-west-1"
    assert DomainQuerySet(session=session).client is domain.client


def test_without_credentials_anywhere_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.await_credentials, "__kwdefaults__", {"pause": lambda seconds: None})
    with pytest.raises(InvalidCredentialsError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        _ = Domain("shop").exists


def test_a_boto3_client_without_credentials_says_so_too() -> None:
    client = boto3.Session(region_name="us-east-1").client("swf", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(InvalidCredentialsError, match="Unable to locate credentials"):
        _ = Domain("shop", connection=client).exists


def test_credentials_that_come_late_are_waited_for() -> None:
    """Those of a machine's role come over a network, which may fail for a moment."""
    pauses: list[float] = []

    class Session:
        def get_credentials(self) -> Any:
            return "credentials" if len(pauses) == 3 else None

    core.await_credentials(Session(), pause=pauses.append)
    assert pauses == [0.1, 0.2, 0.4]


def test_a_service_on_this_machine_needs_no_keys() -> None:
    client = Domain("shop", endpoint_url="http://127.0.0.1:9").client
    assert isinstance(client, RetryingClient)
    assert isinstance(client._client, KeepAliveClient)


@pytest.mark.parametrize("has_keys", [False, True])
def test_an_endpoint_is_all_that_objects_need(has_keys: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With keys the calls go through boto3, signed; without, over connections of our own."""
    if has_keys:
        keys(monkeypatch)
    with over_http() as place:
        domain = Domain("shop", endpoint_url=place.url)
        domain.save()
        WorkflowType(domain, "order", "1", task_list="orders").save()
        execution = WorkflowType(domain, "order", "1").start_execution("order-1")
        decider = Decider(domain, "orders")
        assert decider.client is not domain.client
        task = decider.poll()
        assert task.execution.run_id == execution.run_id
        decider.stop()
        with pytest.raises(PollTimeout):
            decider.poll()
        assert Decider(domain, "others").client is not decider.client, "the others go on"
        decider.complete(task.token)
        assert execution.history().last.name == "DecisionTaskCompleted"


class Moody:
    """A service that refuses some times before it answers."""

    def __init__(self, *moods: Exception) -> None:
        self.moods = list(moods)
        self.asked = 0

    def call(self, request: Any) -> Any:
        self.asked += 1
        if self.moods:
            raise self.moods.pop(0)
        return o.ActivityTask(started_event_id=0) if isinstance(request, o.PollForActivityTask) else None


def test_what_passes_by_itself_is_waited_for() -> None:
    service = Moody(ThrottlingException("Rate exceeded"), InternalFailure("oops"))
    domain = Domain("shop", connection=RetryingClient(service, patience_s=30, polls_for_ever=False))  # type: ignore[arg-type]
    domain.save()
    assert service.asked == 3


def test_patience_has_an_end_and_a_poll_is_no_exception() -> None:
    service = Moody(*[ThrottlingException("Rate exceeded")] * 9)
    client = RetryingClient(service, patience_s=0.0, polls_for_ever=False)  # type: ignore[arg-type]
    with pytest.raises(RateLimitExceededError):
        ActivityWorker(Domain("shop", connection=client), "cards").poll()
    assert service.asked == 1

    service.moods = [UnknownResourceFault("Unknown domain: shop")]
    with pytest.raises(DomainDoesNotExist):
        ActivityWorker(Domain("shop", connection=client), "cards").poll()


def test_a_boto3_client_is_wrapped_once_and_not_kept_alive() -> None:
    given = boto3_client("http://127.0.0.1:9")
    one = Domain("a", connection=given).client
    assert Domain("b", boto3_client=given).client is one
    assert Domain("b", boto3_client=given).boto3_client is given
    watched = weakref.ref(given)
    del given, one
    gc.collect()
    assert watched() is None


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(TypeError, match="neither a boto3 client for swf nor a"):
        _ = Domain("shop", connection="us-east-1").exists


def test_a_stubbed_boto3_client_will_do() -> None:
    given = boto3_client("http://127.0.0.1:9")
    with Stubber(given) as stubber:
        stubber.add_response(
            "describe_domain",
            {
                "domainInfo": {"name": "shop", "status": "REGISTERED"},
                "configuration": {"workflowExecutionRetentionPeriodInDays": "NONE"},
            },
            {"name": "shop"},
        )
        assert Domain("shop", connection=given).upstream().retention_period == "NONE"


def test_a_service_that_cannot_be_reached_is_an_error_of_ours() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
        _ = Domain("shop", connection=boto3_client("http://127.0.0.1:9")).exists


def test_every_operation_is_a_method(place: Place) -> None:
    for name in o.OPERATIONS:
        assert callable(getattr(ConnectedSWFObject, method_name(name))), name
    everything = ConnectedSWFObject(connection=place.connection)
    everything.register_domain("shop", "30", "a shop")
    everything.register_workflow_type("shop", "order", "1")
    detail = everything.describe_workflow_type("shop", domain_word())
    assert detail.type_info.status is RegistrationStatus.REGISTERED


def domain_word() -> Any:
    from swf.protocol.values import WorkflowType

    return WorkflowType(name="order", version="1")


def test_the_methods_are_as_the_generator_writes_them() -> None:
    """``python -m tools.operations > src/swf/operations.py`` writes them again."""
    assert (ROOT / "src/swf/operations.py").read_text() == generate()


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("UnknownResourceFault", "Unknown domain: shop", DomainDoesNotExist),
        ("UnknownResourceFault", "Unknown type: WorkflowType=[name=o, version=1]", WorkflowTypeDoesNotExist),
        ("UnknownResourceFault", "Unknown type: ActivityType=[name=o, version=1]", ActivityTypeDoesNotExist),
        (
            "UnknownResourceFault",
            "Unknown execution: WorkflowExecution=[workflowId=o, runId=1]",
            WorkflowExecutionDoesNotExist,
        ),
        ("UnknownResourceFault", "Unknown execution, workflowId = o", WorkflowExecutionDoesNotExist),
        ("UnknownResourceFault", "Unknown activity, scheduledEventId = 5", DoesNotExistError),
        ("UnknownResourceFault", "Something else", DoesNotExistError),
        ("DomainAlreadyExistsFault", "shop", AlreadyExistsError),
        ("TypeAlreadyExistsFault", "WorkflowType=[name=o, version=1]", AlreadyExistsError),
        ("WorkflowExecutionAlreadyStartedFault", "", WorkflowExecutionAlreadyStartedError),
        ("DomainDeprecatedFault", "shop", DeprecatedError),
        ("TypeDeprecatedFault", "WorkflowType=[name=o, version=1]", DeprecatedError),
        ("TypeNotDeprecatedFault", "The type is currently registered", DeprecatedError),
        ("DefaultUndefinedFault", "executionStartToCloseTimeout", InvalidRequestError),
        ("LimitExceededFault", "", LimitExceededError),
        ("TooManyTagsFault", "", LimitExceededError),
        ("OperationNotPermittedFault", "", OperationNotPermittedError),
        ("AccessDeniedException", "", OperationNotPermittedError),
        ("ThrottlingException", "Rate exceeded", RateLimitExceededError),
        ("ValidationException", "1 validation error detected: Value", InvalidRequestError),
        ("SerializationException", "", InvalidRequestError),
        ("UnrecognizedClientException", "The security token is invalid.", InvalidCredentialsError),
        ("InvalidSignatureException", "", InvalidCredentialsError),
        ("ExpiredTokenException", "", InvalidCredentialsError),
        ("InternalFailure", "", ResponseError),
        ("UnknownOperationException", "", ResponseError),
        ("BrandNewFault", "what?", ResponseError),
    ],
)
def test_each_fault_has_an_error(code: str, message: str, error: type[SWFError]) -> None:
    fault: Fault = FAULTS[code](message) if code in FAULTS else OtherFault(message, code=code)

    class Refusing:
        def call(self, request: Any) -> Any:
            raise fault

    with pytest.raises(SWFError) as caught:
        ConnectedSWFObject(connection=Refusing()).describe_domain("shop")

    assert type(caught.value) is error
    assert caught.value.error_code == code
    assert caught.value.raw_error == message
    assert caught.value.__cause__ is fault
    assert str(caught.value).startswith("DescribeDomain")
    assert message.partition(":")[2].strip() in str(caught.value)


def test_every_fault_that_an_operation_declares_has_an_error_of_its_own() -> None:
    declared = {fault for operation in o.OPERATIONS.values() for fault in operation.FAULTS}
    assert declared
    for code in declared:
        assert type(error_of(FAULTS[code]("x"), "X")) is not ResponseError, code


@pytest.mark.parametrize("place", ["http", "moto"], indirect=True)
def test_botocores_error_is_kept_below_the_fault(place: Place) -> None:
    with pytest.raises(DomainDoesNotExist) as caught:
        ConnectedSWFObject(connection=place.connection).register_workflow_type("nowhere", "order", "1")
    fault = caught.value.__cause__
    assert isinstance(fault, Fault)
    assert isinstance(fault.__cause__, botocore.exceptions.ClientError)


@pytest.mark.parametrize("place", ["moto"], indirect=True)
def test_a_server_that_breaks_may_be_asked_again_whatever_it_says(place: Place) -> None:
    """So that the call is repeated; moto answers what it does not know with a page of HTML."""
    with pytest.raises(ResponseError) as caught:
        place.domain().executions.all().count()
    assert isinstance(caught.value.__cause__, OtherFault)
    assert passes(caught.value.__cause__)


def test_the_package_says_what_it_is() -> None:
    assert swf.__version__
    assert (swf.__title__, swf.__license__) == ("swf", "MIT")
    assert swf.__author__
    with pytest.raises(AttributeError):
        _ = swf.nothing


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"region": 5}, InvalidKeywordArgumentError, "region"),
        ({"region": "nowhere"}, InvalidKeywordArgumentError, "region"),
        ({"endpoint_url": 5}, InvalidKeywordArgumentError, "endpoint_url"),
        ({"boto3_client": 5}, TypeError, "boto3_client"),
        ({"connection": "us-east-1"}, TypeError, "connection"),
    ],
)
def test_what_names_no_service_is_refused_at_once(values: Any, error: type[Exception], field: str) -> None:
    with pytest.raises(error, match=f"^{field}: "):
        Domain("shop", **values)


def test_a_client_of_another_service_is_refused_at_once() -> None:
    of_files = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with pytest.raises(TypeError, match=r"^boto3_client: .* is neither a boto3 client for swf nor"):
        Domain("shop", boto3_client=of_files)


@pytest.mark.parametrize("content", [b"region = eu-west-1\n", b"[defaults]\nregion = a\nregion = b\n", b"\xff\xfe"])
def test_a_broken_file_of_settings_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ".swf"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        settings.from_file(path)
    assert str(caught.value).startswith(f"cannot read the settings in {path}: ")
    assert "\n" not in str(caught.value)


def test_a_file_of_settings_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read the settings in"):
        settings.from_file(tmp_path)
