"""What the name of an activity may have imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from simpleflow.dispatch import Importable


@pytest.mark.parametrize("module", ["subprocess", "os", "shutil", "json.decoder", "msgspec", "simpleflow.dispatch"])
@pytest.mark.parametrize("directory", ["/", "/usr", "/root"])
def test_what_is_pythons_own_or_installed_is_not_the_users_wherever_a_worker_is_started(
    module: str, directory: str
) -> None:
    if module.startswith("simpleflow"):
        directory = "/nowhere"  # in a checkout it lies below the root
    assert module not in Importable((), directory)


def test_modules_below_the_directory_and_named_ones_may_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chores_of_mine.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importable = Importable(("json",), str(tmp_path))
    assert "chores_of_mine" in importable
    assert "json.decoder" in importable
    assert "subprocess" not in importable
    assert "not_there" not in importable
