"""What stands between JSON and the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow import codecs, format, settings
from simpleflow.exceptions import CodecError


class Reverse:
    """A codec without any use."""

    name = "reverse"

    def encode(self, data: bytes) -> bytes:
        return data[::-1]

    def decode(self, data: bytes) -> bytes:
        return data[::-1]


@pytest.fixture
def with_codec(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(codec: Any) -> None:
        monkeypatch.setattr(settings, "_configured", {"SIMPLEFLOW_CODEC": codec})

    return use


LONG = format.encode(["the same again"] * 500)


def test_without_a_codec_nothing_is_changed() -> None:
    assert codecs.wrapped(LONG) == LONG
    assert codecs.unwrapped(LONG) == LONG


def test_zlib_makes_long_texts_short_and_leaves_short_ones(with_codec: Any) -> None:
    with_codec("zlib")
    wire = codecs.wrapped(LONG)
    assert wire.startswith("simpleflow+codec:zlib ")
    assert len(wire) < len(LONG) / 20
    assert format.decode(wire) == ["the same again"] * 500
    assert codecs.wrapped("[1]") == "[1]"


@given(st.text(max_size=5000))
def test_what_was_wrapped_comes_back(text: str) -> None:
    settings.put_setting("SIMPLEFLOW_CODEC", Reverse())
    try:
        assert codecs.unwrapped(codecs.wrapped(format.sendable(text))) == format.sendable(text)
    finally:
        settings.put_setting("SIMPLEFLOW_CODEC", None)


def test_values_of_several_codecs_are_read_side_by_side(with_codec: Any) -> None:
    with_codec(Reverse())
    reversed_ = codecs.wrapped("[1]")
    with_codec("zlib")
    packed = codecs.wrapped(LONG)
    with_codec(None)
    assert format.decode(reversed_) == [1]
    assert format.decode(packed) == ["the same again"] * 500
    assert format.decode("[1]") == [1]


def test_a_codec_is_named_by_its_module(with_codec: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with_codec(None)
    monkeypatch.setenv("SIMPLEFLOW_CODEC", f"{__name__}.Reverse")
    assert format.decode(codecs.wrapped("[1]")) == [1]
    assert codecs.wrapped("[1]").startswith("simpleflow+codec:reverse ")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("nothing", "which is neither module.object nor one of"),
        ("nowhere.Codec", "No module named 'nowhere'"),
        ("json.dumps", "has no name, encode and decode"),
        (7, "has no name, encode and decode"),
    ],
)
def test_a_setting_that_names_no_codec_is_told(setting: Any, said: str, with_codec: Any) -> None:
    with_codec(setting)
    with pytest.raises(CodecError, match=said):
        codecs.wrapped("[1]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("simpleflow+codec:secret AAAA", "written with the codec 'secret'; known here are"),
        ("simpleflow+codec:zlib AAAA", "of the codec 'zlib' cannot be read"),
        ("simpleflow+codec:zlib ?", "of the codec 'zlib' cannot be read"),
        ("simpleflow+codec:zlib eJw=", "it is cut"),
    ],
)
def test_what_cannot_be_read_is_an_error_not_a_text(text: str, said: str) -> None:
    with pytest.raises(CodecError, match=said):
        format.decode(text)


def test_a_codec_needs_a_name_that_fits() -> None:
    codec = Reverse()
    codec.name = "two words"
    with pytest.raises(ValueError, match="two words"):
        codecs.register(codec)
