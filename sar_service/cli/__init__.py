"""The `sar` command: one module per noun, loaded only when asked for.

Exit codes for every command: 0 done and the answer is good, 1 done and the answer is "no", 2 the input or the
set-up is wrong. An error is one or two plain sentences on standard error, never a traceback.
"""

import importlib
import sys

import click

from sar_service.domain.errors import DomainError

COMMANDS = {
    # command name: "module:function"
    "clock": "sar_service.cli.clock:clock",
    "match": "sar_service.cli.match:match",
    "detect": "sar_service.cli.detect:detect",
    "redact": "sar_service.cli.redact:redact",
    "verify": "sar_service.cli.verify:verify",
    "check": "sar_service.cli.check:check",
    "init": "sar_service.cli.init:init",
    "serve": "sar_service.cli.serve:serve",
    "demo": "sar_service.cli.demo:demo",
    "gather": "sar_service.cli.case:gather",
    "pack": "sar_service.cli.case:pack",
    "sweep": "sar_service.cli.case:sweep",
    "audit": "sar_service.cli.audit:audit",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used, so that `sar clock` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, name = target.split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sar-service", message="sar %(version)s")
def cli() -> None:
    """Answer people's data-protection rights requests."""


def main() -> None:
    """Run the command line; every expected error becomes one plain sentence and exit code 2."""
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(2)
    except DomainError as error:
        click.echo(f"sar: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
