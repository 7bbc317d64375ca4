"""`unshipped completion`: tab completion for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from unshipped.cli.output import emit


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    For bash: `unshipped completion bash > ~/.local/share/bash-completion/completions/unshipped`.
    """
    from unshipped.cli.main import cli

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    emit(completion(cli, {}, "unshipped", "_UNSHIPPED_COMPLETE").source())
