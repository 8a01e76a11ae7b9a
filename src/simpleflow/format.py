"""Values as they are on the wire, field by field; and back."""

from __future__ import annotations

from simpleflow.texts import POINTER, decode, encode, is_pointer, named_content, pointer_of, sendable, shortened

__all__ = ["POINTER", "decode", "encode", "is_pointer", "named_content", "pointer_of", "sendable", "shortened"]
