"""The application for a WSGI server: `gunicorn wsgi:app`."""

from sar_service import create_app
from sar_service.adapters import workplace

workplace.settle()
app = create_app()
