"""Values and files in S3; moto stands for it."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from simpleflow import Workflow, activity, download, format, s3, settings, storage
from simpleflow.exceptions import ExecutionFailed, JumboTooLargeError
from simpleflow.local import Executor
from simpleflow.storage import StorageError, ValueCorrupt, ValueMissing, ValueStore
from simpleflow.texts import digest

TEXT = json.dumps("é" * 40_000, ensure_ascii=False)


@pytest.fixture(autouse=True)
def amazon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    s3._client_of.cache_clear()
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket")
        yield client
    s3._client_of.cache_clear()


@pytest.fixture
def store() -> ValueStore:
    return ValueStore(bucket="bucket/some/prefix")


def test_a_value_is_named_by_its_content_and_comes_back_whole(store: ValueStore, amazon: Any) -> None:
    pointer = store.put(TEXT)

    assert pointer == f"simpleflow+s3://bucket/some/prefix/{digest(TEXT)} {len(TEXT)}"
    assert ValueStore(bucket="other").get(pointer) == TEXT
    assert [each["Key"] for each in amazon.list_objects_v2(Bucket="bucket")["Contents"]] == [
        f"some/prefix/{digest(TEXT)}"
    ]
    assert format.is_pointer(pointer)


def test_the_bucket_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_JUMBO_FIELDS_BUCKET", "bucket")
    store = ValueStore()
    assert store.is_shared
    assert store.fitting(TEXT, keeps_values=False).startswith("simpleflow+s3://bucket/")
    assert store.fitting('"short"', keeps_values=False) == '"short"'


def test_a_value_that_was_changed_is_not_believed(store: ValueStore, amazon: Any) -> None:
    pointer = store.put(TEXT)
    amazon.put_object(Bucket="bucket", Key=f"some/prefix/{digest(TEXT)}", Body=b'"forged"')
    with pytest.raises(ValueCorrupt, match="was changed in S3"):
        ValueStore().get(pointer)


def test_a_value_that_is_not_there_is_told(store: ValueStore) -> None:
    with pytest.raises(ValueMissing, match=r"cannot pull 'some/prefix/0+' in bucket 'bucket'"):
        store.get(f"simpleflow+s3://bucket/some/prefix/{'0' * 64} 7")


def test_pointers_of_older_fleets_are_read_as_they_are(amazon: Any) -> None:
    """They are named by a UUID, so there is nothing to check."""
    name = str(uuid.uuid4())
    amazon.put_object(Bucket="bucket", Key=f"jumbo/{name}", Body=b'{"a":1}')
    assert ValueStore().resolve(f"simpleflow+s3://bucket/jumbo/{name} 7") == '{"a":1}'


def test_five_mebibytes_is_the_most(store: ValueStore) -> None:
    most = "x" * (5 * 1024 * 1024)
    assert ValueStore().get(store.put(most)) == most
    with pytest.raises(JumboTooLargeError, match="5242881 bytes; in the bucket"):
        store.put(most + "x")
    assert len(ValueStore().put(most + "x")) < 100, "files have no such limit"


def test_copies_on_disk_spare_the_way_for_three_hours(
    store: ValueStore, amazon: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_ENABLE_DISK_CACHE", "true")
    pointer = store.put(TEXT)
    assert ValueStore().get(pointer) == TEXT
    amazon.delete_object(Bucket="bucket", Key=f"some/prefix/{digest(TEXT)}")
    assert ValueStore().get(pointer) == TEXT

    (copy,) = (tmp_path / "values" / "from-s3").iterdir()
    whole = copy.read_text()
    copy.write_text("damaged")
    with pytest.raises(ValueMissing):
        ValueStore().get(pointer)

    copy.write_text(whole)
    long_ago = time.time() - 4 * 3600
    os.utime(copy, (long_ago, long_ago))
    with pytest.raises(ValueMissing):
        ValueStore().get(pointer)
    ValueStore().get(store.put(TEXT + " "))
    assert copy not in list(copy.parent.iterdir()), "what is too old is dropped"


def test_fix_15_a_disk_cache_that_is_switched_off_is_off(
    store: ValueStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_ENABLE_DISK_CACHE", "false")
    ValueStore().get(store.put(TEXT))
    assert not (tmp_path / "values").exists()


# Files and texts


def test_files_and_texts_are_pushed_pulled_and_listed(tmp_path: Path, amazon: Any) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"\0\xff")
    storage.push("bucket", "a/file", str(source), content_type="image/png")
    storage.pull("bucket", "a/file", target)
    assert target.read_bytes() == b"\0\xff"
    assert amazon.head_object(Bucket="bucket", Key="a/file")["ContentType"] == "image/png"
    storage.push_content("bucket", "a/text", "é")
    assert storage.pull_content("bucket", "a/text") == "é"
    keys = storage.list_keys("bucket", "a/")
    assert keys == ["a/file", "a/text"]
    assert [each.key for each in keys] == ["a/file", "a/text"]
    assert storage.list_keys("bucket") == keys
    assert storage.list_keys("bucket", "b") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]


def test_more_keys_than_a_page_holds_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        storage.push_content("bucket", f"k/{number}", "")
    client, _ = s3._client("bucket")
    pages = client.get_paginator("list_objects_v2")
    whole = pages.paginate
    monkeypatch.setattr(pages, "paginate", lambda **given: whole(**given, PaginationConfig={"PageSize": 3}))
    monkeypatch.setattr(client, "get_paginator", lambda name: pages)
    assert storage.list_keys("bucket", "k/") == [f"k/{number}" for number in range(7)]


@pytest.mark.parametrize(
    "host",
    ["s3.amazonaws.com", "s3-eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3.us-east-1.amazonaws.com"],
)
def test_a_bucket_may_be_named_with_its_host(host: str) -> None:
    storage.push_content(f"{host}/bucket", "x", "y")
    assert storage.pull_content(f"{host}/bucket", "x") == "y"


def test_another_host_is_an_endpoint() -> None:
    assert s3._client("localhost:9000/b")[0].meta.endpoint_url == "http://localhost:9000"
    assert s3._client("minio.example.com/b")[0].meta.endpoint_url == "https://minio.example.com"
    assert s3._client("s3.eu-west-3.amazonaws.com/b")[0].meta.region_name == "eu-west-3"


def test_encryption_is_asked_for_if_the_setting_says_so(amazon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_S3_SSE", "1")
    storage.push_content("bucket", "x", "y")
    assert amazon.head_object(Bucket="bucket", Key="x")["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("bucket", ["nowhere", "/", ""])
def test_what_is_wrong_is_told_with_its_place(bucket: str, tmp_path: Path) -> None:
    for call in (
        lambda: storage.pull_content(bucket, "x"),
        lambda: storage.pull(bucket, "x", tmp_path / "x"),
        lambda: storage.push_content(bucket, "x", "y"),
        lambda: storage.push(bucket, "x", __file__),
        lambda: storage.list_keys(bucket),
    ):
        with pytest.raises(StorageError, match=bucket or "names no bucket"):
            call()
    assert list(tmp_path.iterdir()) == []


# In workflows


@activity.with_attributes(version="1", task_list="t")
def repeat(text: str, times: int) -> str:
    return text * times


class Long(Workflow):
    name = "long"
    version = "1"
    task_list = "t"

    def run(self, text: str, times: int) -> int:
        return len(self.submit(repeat, self.submit(repeat, text, times), 1).result_or_raise())


class TooLong(Long):
    name = "too-long"

    def run(self, text: str, times: int) -> int:
        return len(self.submit(repeat, text, times).result_or_raise())


def test_values_of_a_workflow_go_through_the_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMPLEFLOW_JUMBO_FIELDS_BUCKET", "bucket/flows")
    assert Executor(Long).run({"args": ["ab" * 20_000, 3]}) == 120_000
    assert len(storage.list_keys("bucket", "flows/")) == 4
    assert not (tmp_path / "values").exists()


def test_a_value_that_is_too_long_fails_the_activity_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_JUMBO_FIELDS_BUCKET", "bucket")
    with pytest.raises(ExecutionFailed, match=r"cannot complete task \S+: JumboTooLargeError a value has"):
        Executor(TooLong).run({"args": ["x" * 1024, 6 * 1024]})


# Programs


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SIMPLEFLOW_BINARIES_DIRECTORY", str(tmp_path / "binaries"))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    storage.push_content("bucket", "bin/hello-1", "#!/bin/sh\necho hello $1\n")
    return "s3://bucket/bin/hello-1"


def test_a_program_is_fetched_once_and_first_on_the_path(program: str, tmp_path: Path, amazon: Any) -> None:
    import hashlib
    import subprocess

    download.download_binaries({"hello": program})
    amazon.delete_object(Bucket="bucket", Key="bin/hello-1")
    download.download_binaries({"hello": program})
    path = tmp_path / "binaries" / f"hello-{hashlib.md5(program.encode()).hexdigest()}" / "hello"
    assert path.stat().st_mode & 0o777 == 0o755
    assert os.environ["PATH"].split(":")[0] == str(path.parent)
    assert os.environ["PATH"].count(str(path.parent)) == 1
    assert subprocess.check_output(["hello", "you"], text=True) == "hello you\n"


def test_an_activity_names_its_programs(program: str) -> None:
    @activity.with_attributes(
        name=f"{__name__}.greets", version="1", task_list="t", meta={"binaries": {"hello": program}}
    )
    def greets() -> str:
        import subprocess

        return subprocess.check_output(["hello", "activity"], text=True)

    class Greeting(Workflow):
        name = "greeting"
        version = "1"
        task_list = "t"

        def run(self) -> str:
            return self.submit(greets).result_or_raise()

    assert Executor(Greeting).run() == "hello activity\n"


def test_a_decorator_fetches_programs_too(program: str) -> None:
    @download.with_binaries({"hello": program})
    def greets(name: str) -> str:
        """Greets."""
        import subprocess

        return subprocess.check_output(["hello", name], text=True)

    assert greets("deco") == "hello deco\n"
    assert greets.__doc__ == "Greets."


@pytest.mark.parametrize(
    ("name", "location", "said"),
    [
        ("ls", "https://example.com/ls", "only s3://bucket/key"),
        ("ls", "s3://bucket", "only s3://bucket/key"),
        ("../ls", "s3://bucket/ls", "a plain file name"),
        ("", "s3://bucket/ls", "a plain file name"),
    ],
)
def test_a_program_is_a_plain_name_and_a_place_in_s3(name: str, location: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        download.with_binaries({name: location})


def test_the_folder_of_programs_is_a_setting() -> None:
    assert settings.SIMPLEFLOW_BINARIES_DIRECTORY == "/tmp/simpleflow-binaries"
