from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.objects.places import EVERYWHERE, OURS, Place, in_process, moto_server, over_http
from tests.stand_in import reset


@pytest.fixture(scope="session")
def moto() -> Iterator[Place]:
    with moto_server() as place:
        yield place


def _open(request: pytest.FixtureRequest) -> Iterator[Place]:
    match request.param:
        case "inprocess":
            with in_process() as place:
                yield place
        case "http":
            with over_http() as place:
                yield place
        case "moto":
            place = request.getfixturevalue("moto")
            assert place.url is not None
            reset(place.url)
            yield place


@pytest.fixture(params=EVERYWHERE)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Every service in turn."""
    yield from _open(request)


@pytest.fixture(params=OURS)
def ours(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Our service, in this process and over HTTP: for what moto does not do, or does otherwise than Amazon."""
    yield from _open(request)
