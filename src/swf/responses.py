"""What polls give: values by name."""

from __future__ import annotations

from typing import Any


class Response:
    """A bag of named values: ``Response(token="x").token``."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this {type(self).__name__} has no {name!r}, only {sorted(self.__dict__)}")

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, Response) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # its values may be changed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"
