"""`sar init`: create or upgrade the database, and create the first administrator."""

import os
import secrets
from datetime import UTC, datetime

import click

from sar_service.domain.actor import SERVICE
from sar_service.domain.permission import Role


@click.command()
@click.option("--email", help="E-mail address of the first administrator.")
@click.option("--name", default="Administrator", show_default=True)
@click.option(
    "--password-env",
    metavar="NAME",
    help="Environment variable that holds the password; one is made if left out.",
)
def init(email: str | None, name: str, password_env: str | None) -> None:
    """Create or upgrade the database; create the first administrator."""
    if password_env and not os.environ.get(password_env):
        raise click.UsageError(
            f"The variable {password_env} is not set. Put the password into it, or leave out --password-env."
        )
    from sar_service import create_app
    from sar_service.db import db
    from sar_service.services import lateness, reason, schema, team

    app = create_app(web=False)
    with app.app_context():
        schema.upgrade()
        reason.seal_old(now=datetime.now(UTC))
        lateness.note_old()
        db.session.commit()
        click.echo("The database is at the newest schema.")
        if team.members():
            if email:
                click.echo(
                    "Nobody was added: there are members of staff already. An administrator adds more, at /staff/."
                )
            return
        if not email:
            raise click.ClickException(
                "There is no member of staff yet. Give the first administrator's address: sar init --email NAME@COUNCIL"
            )
        password = os.environ[password_env] if password_env else secrets.token_urlsafe(12)
        catalogue = app.extensions["sar_service"].catalogue
        member = team.add(
            email=email,
            name=name,
            role=Role.ADMINISTRATOR,
            controllers=list(catalogue.controllers),
            password=password,
            actor=SERVICE,
            now=datetime.now(UTC),
        )
        member.must_change = not password_env  # one that stood on a screen is changed at the first sign-in
        db.session.commit()
        click.echo(f"Created the administrator {email}.")
        if not password_env:
            click.echo(f"Password: {password}  (you choose another when you sign in)")
