"""The application for a WSGI server: `gunicorn wsgi:app`."""

import gc

from sar_service import create_app
from sar_service.adapters import workplace

workplace.settle()
app = create_app()
gc.collect()
gc.freeze()  # what is loaded now stays, and need not be looked through again and again
