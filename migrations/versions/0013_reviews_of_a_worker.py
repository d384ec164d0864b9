"""Finding what is to be checked about one worker, for her page and when she is deleted."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_review_worker_id"), "review", ["worker_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_review_worker_id"), table_name="review")
