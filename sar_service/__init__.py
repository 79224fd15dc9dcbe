"""An open-source service that councils use to answer people's data-protection rights requests.

`create_app` makes the application for web, workers and command line alike. Flask is imported inside it, so that the
rooms below can be used without it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from .catalogue import Catalogue
    from .settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(
    settings: Settings | None = None,
    *,
    catalogue: Catalogue | None = None,
    environ: Mapping[str, str] | None = None,
    web: bool = True,
    **overrides: Any,
) -> Flask:
    """The application. Raises SettingsError or CatalogueError, each naming every mistake at once.

    Without `web` it has no pages: workers and the command line need only the database and the runtime.
    """
    from flask import Flask

    from . import extensions, logs
    from .catalogue import load
    from .db import db, prepare
    from .queue import Courier, use
    from .settings import Settings as Typed

    environ = os.environ if environ is None else environ
    settings = Typed.load(environ) if settings is None else settings
    if catalogue is None:
        catalogue = load(settings.config_dir, environ=environ, profile=settings.profile or None)
    logs.configure(settings)
    app = Flask(__name__, template_folder=str(settings.templates_dir.absolute()), static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=settings.database_url.get_secret_value(),
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        BABEL_DEFAULT_LOCALE="en_GB",
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as its session
        **overrides,
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    app.extensions[extensions.KEY] = extensions.make_runtime(settings, catalogue, environ)
    if settings.redis_url is not None:
        use(Courier(settings.redis_url.get_secret_value()))
    if web:
        from flask_babel import Babel
        from flask_wtf import CSRFProtect
        from werkzeug.middleware.proxy_fix import ProxyFix

        from .web import filters, register

        Babel(app)
        CSRFProtect(app)
        filters.register(app, folder=settings.templates_dir.absolute())
        register(app)
        if settings.proxy_hops:
            hops = settings.proxy_hops
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
