"""The reference of what the service does is what the tests say."""

from __future__ import annotations

import pytest

from tests import conformance
from tests.conformance import DOCUMENT, Unfounded, document, sentence


def test_the_reference_is_as_the_tests_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "write it again: python -m tests.conformance"


def test_a_rule_without_a_test_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict(conformance.DECIDED)
    monkeypatch.setattr(conformance, "DECIDED", told | {"RecordMarker": ("decisions::test_nothing_of_the_kind",)})
    with pytest.raises(Unfounded, match="there is no test decisions::test_nothing_of_the_kind"):
        document()
    del told["RecordMarker"]
    monkeypatch.setattr(conformance, "DECIDED", told)
    with pytest.raises(Unfounded, match="RecordMarker"):
        document()


def test_the_name_of_a_test_is_its_sentence() -> None:
    assert sentence("domains::test_only_domains_have_tags") == "only domains have tags"
