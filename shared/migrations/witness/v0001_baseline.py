"""Step 1: where each log stood when it was last cosigned, and what did not fit."""

import sqlalchemy as sa
from alembic import op

revision = "witness_0001"
down_revision = None
branch_labels = ("witness",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "witness_seen",
        sa.Column("origin", sa.String(400), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("root", "note")),
        if_not_exists=True,
    )
    op.create_table(
        "witness_forks",
        sa.Column("origin", sa.String(400), primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True),
        sa.Column("root", sa.LargeBinary, primary_key=True),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("against", "note")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        if_not_exists=True,
    )
