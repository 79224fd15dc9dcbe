"""`sar audit verify`: check the hash chain of the audit trail, or export it."""

from pathlib import Path

import click


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write it as JSON lines.")
def verify(target: Path | None) -> int:
    """Check that no event was changed, left out or put in."""
    from sar_service import create_app
    from sar_service.services import audit as trail

    with create_app(web=False).app_context():
        count, broken = trail.verify()
        if target is not None:
            with target.open("w", encoding="utf-8") as file:
                for line in trail.export():
                    file.write(line + "\n")
    if broken is not None:
        click.echo(f"The audit trail is broken at event {broken.number}: {broken.why}.", err=True)
        return 1
    click.echo(f"The audit trail is whole: {count} events.")
    return 0
