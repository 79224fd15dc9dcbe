"""The doors: pages for the public, requesters, staff and managers, and an API. A door decides nothing.

`register` puts the blueprints, the access rules, sessions, errors and headers on an application. Blueprints do not
know each other.
"""

from flask import Flask

from . import access, errors, headers, session, theme, upload
from .api import blueprint as api
from .health import blueprint as health
from .managers import blueprint as managers
from .portal import blueprint as portal
from .public import blueprint as public
from .public.complaint import blueprint as complaint_form
from .public.request import blueprint as request_form
from .staff import blueprint as staff


def register(app: Flask) -> None:
    """Put every door on the application, each route declared."""
    session.register(app)
    headers.register(app)
    errors.register(app)
    upload.register(app)
    access.register(app)
    theme.register(app)
    for blueprint in (public, request_form, complaint_form, portal, staff, managers, api, health):
        app.register_blueprint(blueprint)
