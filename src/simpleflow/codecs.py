"""What may stand between JSON and the wire: compression, encryption.

A text that went through a codec says so: ``simpleflow+codec:<name> <base64>``. So values with and without, and of
several codecs, are read side by side; what is known here by its name is read, whatever is set for writing.
"""

from __future__ import annotations

import base64
import binascii
import importlib
import zlib
from typing import Any, Final, Protocol, runtime_checkable

from simpleflow import settings
from simpleflow.exceptions import CodecError

PREFIX: Final = "simpleflow+codec:"
WORTH_IT: Final = 1024
"""Texts of fewer bytes are not compressed."""
INFLATED_AT_MOST: Final = 512 * 1024 * 1024
"""More is taken for a trap."""


@runtime_checkable
class Codec(Protocol):
    """Turns the bytes of a JSON text into others, and back.

    *name* finds it again: letters, digits, dots, dashes, underscores. The same bytes should give the same bytes:
    what is encoded afresh in a replay is compared with what was recorded.
    """

    name: str

    def encode(self, data: bytes) -> bytes | None:
        """Other bytes for *data*; None leaves it as it is."""

    def decode(self, data: bytes) -> bytes:
        """The bytes that :meth:`encode` was given."""


class Zlib:
    """Compression with zlib. Short texts, and those that do not shrink, are left as they are."""

    name = "zlib"

    def encode(self, data: bytes) -> bytes | None:
        """*data* compressed, if that makes it a quarter shorter, which base64 takes back."""
        if len(data) < WORTH_IT:
            return None
        packed = zlib.compress(data, 6)
        return packed if len(packed) * 4 < len(data) * 3 else None

    def decode(self, data: bytes) -> bytes:
        """*data* as it was."""
        stream = zlib.decompressobj()
        text = stream.decompress(data, INFLATED_AT_MOST)
        if not stream.eof:
            raise ValueError(f"it is cut, or has more than {INFLATED_AT_MOST} bytes")
        return text


_known: dict[str, Codec] = {Zlib.name: Zlib()}
_named: dict[str, Codec] = {}
"""Codecs by what the setting says of them."""


def register(codec: Codec) -> Codec:
    """Makes values of *codec* readable; the latest of a name wins."""
    if not codec.name or not codec.name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ValueError(f"a codec is named {codec.name!r}; letters, digits, dots, dashes and underscores are possible")
    _known[codec.name] = codec
    return codec


def configured() -> Codec | None:
    """The codec of what is written now: what ``SIMPLEFLOW_CODEC`` names, or the object set for it; None: no codec.

    A name is one of a registered codec (``zlib``), or ``module.object`` of a codec or of a class without arguments.
    """
    wanted: Any = settings.SIMPLEFLOW_CODEC
    if wanted is None or wanted == "":
        return None
    if not isinstance(wanted, str):
        if not isinstance(wanted, Codec):
            raise CodecError(f"SIMPLEFLOW_CODEC is {wanted!r}, which has no name, encode and decode")
        return wanted if _known.get(wanted.name) is wanted else register(wanted)
    if wanted in _known:
        return _known[wanted]
    if wanted not in _named:
        _named[wanted] = register(_imported(wanted))
    return _named[wanted]


def _imported(path: str) -> Codec:
    module, _, name = path.replace(":", ".").rpartition(".")
    try:
        found: Any = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(sorted(_known))
        raise CodecError(
            f"SIMPLEFLOW_CODEC is {path!r}, which is neither module.object nor one of {known}: {error}"
        ) from error
    codec = found() if isinstance(found, type) else found
    if not isinstance(codec, Codec):
        raise CodecError(f"SIMPLEFLOW_CODEC is {path!r}, which has no name, encode and decode")
    return codec


def wrapped(text: str) -> str:
    """*text* as it goes to the wire: through the configured codec, if there is one."""
    codec = configured()
    if codec is None or text.startswith(PREFIX):
        return text
    data = codec.encode(text.encode())
    return text if data is None else f"{PREFIX}{codec.name} {base64.b64encode(data).decode('ascii')}"


def unwrapped(text: str) -> str:
    """The text that went through a codec, or *text* itself if it did not. Raises CodecError."""
    if not text.startswith(PREFIX):
        return text
    name, _, data = text.removeprefix(PREFIX).partition(" ")
    codec = _known.get(name)
    if codec is None:
        configured()  # importing it may make it known
        codec = _known.get(name)
    if codec is None:
        known = ", ".join(sorted(_known))
        raise CodecError(
            f"a value was written with the codec {name!r}; known here are {known}. "
            "Name it with the setting SIMPLEFLOW_CODEC, or register it with simpleflow.codecs.register()"
        )
    try:
        return codec.decode(base64.b64decode(data, validate=True)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError, zlib.error) as error:
        raise CodecError(f"a value of the codec {name!r} cannot be read: {error}") from error
