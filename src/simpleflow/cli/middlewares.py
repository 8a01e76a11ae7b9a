"""The options that name middlewares."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from simpleflow.cli.app import CommandError


def with_middlewares(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options ``pre`` and ``post`` to a command."""
    for when, word in (("post", "after"), ("pre", "before")):
        function = click.option(
            f"--middleware-{when}-execution",
            when,
            multiple=True,
            metavar="PATH",
            help=f"A function (package.module.function) that runs {word} every activity; may be repeated.",
        )(function)
    return function


def checked(pre: Sequence[str], post: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The paths, all of which name functions."""
    from simpleflow.middleware import MiddlewareError, Middlewares

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    paths = {"pre": tuple(pre), "post": tuple(post)}
    try:
        Middlewares.of(paths)
    except MiddlewareError as error:
        raise CommandError(str(error), exit_code=2) from error
    return paths
