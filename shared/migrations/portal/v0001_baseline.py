"""Step 1: the tables as they were before steps were counted. Where they are there already, they are taken over."""

import sqlalchemy as sa
from alembic import op

revision = "portal_0001"
down_revision = None
branch_labels = ("portal",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("began_at", "seen_at", "ends_at")),
        if_not_exists=True,
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(200), nullable=False),
        sa.Column("nonce", sa.String(200), nullable=False),
        sa.Column("back", sa.Text, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
