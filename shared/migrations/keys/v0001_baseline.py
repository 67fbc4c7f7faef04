"""Step 1: keys with their subjects and owners, what was destroyed and forgotten, secrets, and the generation."""

import sqlalchemy as sa
from alembic import op

revision = "keys_0001"
down_revision = None
branch_labels = ("keys",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(22), primary_key=True),
        sa.Column("subject", sa.String(300), nullable=False, unique=True),
        sa.Column("owner", sa.String(300), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_under", sa.String(16), nullable=False),
        if_not_exists=True,
    )
    _indexed("keys", "owner", "wrapped_under")
    op.create_table("restricted", sa.Column("subject", sa.String(300), primary_key=True), if_not_exists=True)
    op.create_table(
        "forgotten",
        sa.Column("subject", sa.String(300), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "destroyed_keys",
        sa.Column("key_id", sa.String(22), primary_key=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("forgotten", sa.String(300), nullable=False),
        if_not_exists=True,
    )
    _indexed("destroyed_keys", "subject", "forgotten")
    op.create_table(
        "own_secrets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_under", sa.String(16), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
