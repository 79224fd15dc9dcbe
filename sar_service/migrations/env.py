"""How migrations run: on the connection that `services/schema.py` hands over, and on nothing else."""

from alembic import context

from sar_service import models  # noqa: F401 - the tables are made known
from sar_service.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="sar_service.db.",
)
with context.begin_transaction():
    context.run_migrations()
