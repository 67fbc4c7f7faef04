"""Step 2: a checkpoint says for which definition of its view it counts, so that two versions never mix their rows."""

import sqlalchemy as sa
from alembic import op

revision = "service_0002"
down_revision = "service_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows and programs of step 1 leave it empty, which means: as the program finds it."""
    op.add_column("follow_checkpoints", sa.Column("definition", sa.Text, nullable=False, server_default=""))
