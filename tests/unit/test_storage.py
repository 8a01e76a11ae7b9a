"""Large values in files."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from simpleflow.format import pointer_of
from simpleflow.storage import StorageError, ValueCorrupt, ValueMissing, ValueStore

TEXT = '"' + "é" * 40_000 + '"'


@pytest.fixture
def store(tmp_path: Path) -> ValueStore:
    return ValueStore(tmp_path / "values")


def fresh(store: ValueStore) -> ValueStore:
    """Another store on the same folder, with nothing in memory."""
    return ValueStore(store.root)


def files(store: ValueStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("text", ["", "1", TEXT, "a\r\nb\0c\u2028", '"😀"' * 20_000])
def test_a_value_comes_back_whole(store: ValueStore, text: str) -> None:
    pointer = store.put(text)

    assert pointer == pointer_of(text)
    assert store.get(pointer) == text
    assert fresh(store).get(pointer) == text


def test_a_text_that_is_no_pointer_stands_for_itself(store: ValueStore) -> None:
    assert store.resolve(None) is None
    assert store.resolve("plain") == "plain"
    assert store.resolve(store.put(TEXT)) == TEXT


def test_equal_values_are_one_file_in_a_folder_of_its_first_digits(store: ValueStore) -> None:
    pointer = store.put(TEXT)
    store.put(TEXT)
    digest = pointer.removeprefix("simpleflow+file:").split()[0]

    assert files(store) == [store.root / digest[:2] / digest]


def test_files_and_folders_are_for_their_user_alone(store: ValueStore) -> None:
    file = store.path(store.put(TEXT))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


def test_a_missing_value_says_where_it_should_be(store: ValueStore) -> None:
    with pytest.raises(ValueMissing) as missing:
        store.get(pointer_of(TEXT))
    assert str(store.root) in str(missing.value)
    assert pointer_of(TEXT) in str(missing.value)
    assert "SIMPLEFLOW_VALUES" in str(missing.value)


@pytest.mark.parametrize(
    "damage", [b"", b"other", b"\xff\xfe", TEXT.encode()[:-1], TEXT.encode().replace(b"\xa9", b"\xa8", 1)]
)
def test_a_damaged_value_is_not_given_out(store: ValueStore, damage: bytes) -> None:
    pointer = store.put(TEXT)
    store.path(pointer).write_bytes(damage)

    with pytest.raises(ValueCorrupt) as corrupt:
        fresh(store).get(pointer)
    assert str(store.path(pointer)) in str(corrupt.value)


def test_putting_a_value_again_mends_a_file_of_another_size(store: ValueStore) -> None:
    pointer = store.put(TEXT)
    store.path(pointer).write_bytes(b"half")

    fresh(store).put(TEXT)

    assert fresh(store).get(pointer) == TEXT


@pytest.mark.parametrize("pointer", ["x", "simpleflow+file:../../etc/passwd 1", "simpleflow+s3://" + "0" * 64 + " 1"])
def test_only_pointers_of_ours_are_looked_up(store: ValueStore, pointer: str) -> None:
    with pytest.raises(StorageError, match="is not a pointer to a stored value"):
        store.get(pointer)


def test_a_full_disk_is_named_and_leaves_nothing_behind(store: ValueStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StorageError) as full:
        store.put(TEXT)

    assert str(store.path(pointer_of(TEXT))) in str(full.value)
    assert "No space left on device" in str(full.value)
    assert files(store) == []


def test_a_root_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match=str(tmp_path / "file")):
        ValueStore(tmp_path / "file").put(TEXT)


def test_many_writers_of_equal_values_do_not_disturb_each_other(store: ValueStore) -> None:
    texts = [f'"{index}{"x" * 40_000}"' for index in range(3)]
    together = threading.Barrier(8)
    failures: list[BaseException] = []

    def write() -> None:
        own = fresh(store)
        together.wait()
        try:
            for text in texts:
                assert own.get(own.put(text)) == text
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(files(store)) == len(texts)


def test_values_used_last_stay_in_memory_up_to_a_number_of_bytes(tmp_path: Path) -> None:
    store = ValueStore(tmp_path, cache_bytes=100)
    old, unused = store.put("1" * 40), store.put("2" * 40)
    store.get(old)
    new = store.put("3" * 40)
    for path in files(store):
        path.unlink()

    assert store.get(old) == "1" * 40
    assert store.get(new) == "3" * 40
    with pytest.raises(ValueMissing):
        store.get(unused)


def test_a_value_larger_than_the_memory_is_read_from_its_file(tmp_path: Path) -> None:
    store = ValueStore(tmp_path, cache_bytes=10)
    pointer = store.put("x" * 11)
    assert store.get(pointer) == "x" * 11

    store.path(pointer).unlink()
    with pytest.raises(ValueMissing):
        store.get(pointer)


def test_the_environment_says_where_values_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "here"))
    assert ValueStore().root == tmp_path / "here"

    monkeypatch.delenv("SIMPLEFLOW_VALUES")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ValueStore().root == tmp_path / ".local" / "share" / "simpleflow" / "values"
