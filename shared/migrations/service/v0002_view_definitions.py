"""Step 2: a checkpoint says for which definition of its view it counts, so that two versions never mix their rows."""

import sqlalchemy as sa
from alembic import context, op

revision = "service_0002"
down_revision = "service_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows and programs of step 1 leave it empty, which means: as the program finds it. Tables that were made from the
    models without counting steps have it already.
    """
    if not context.is_offline_mode():
        known = sa.inspect(op.get_bind()).get_columns("follow_checkpoints")
        if any(column["name"] == "definition" for column in known):
            return
    op.add_column("follow_checkpoints", sa.Column("definition", sa.Text, nullable=False, server_default=""))
