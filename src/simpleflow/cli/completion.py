"""``completion``: what a shell needs to complete the command line."""

from __future__ import annotations

import click

from simpleflow.cli.app import cli

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script by which SHELL completes commands and options of simpleflow.

    Bash and zsh: eval it in the shell's start-up file. Fish: write it to
    ~/.config/fish/completions/simpleflow.fish.

    Example: eval "$(simpleflow completion bash)"
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    script = found(cli, {}, "simpleflow", "_SIMPLEFLOW_COMPLETE")
    click.echo(script.source_template % script.source_vars())
