"""What needs a second person: new people, roles, sign-ins, API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("api_key_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('new_person','roles','reactivation','sign_in','api_key')", name=op.f("ck_staff_change_kind")
        ),
        sa.CheckConstraint(
            "operator_id IS NOT NULL OR kind IN ('new_person','api_key')", name=op.f("ck_staff_change_somebody")
        ),
        sa.CheckConstraint("decision IN ('approved','refused','withdrawn')", name=op.f("ck_staff_change_decision")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_staff_change_decided_once")),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decision IS NULL OR decision = 'withdrawn')",
            name=op.f("ck_staff_change_decided_by"),
        ),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_staff_change_two_people")),
        sa.CheckConstraint("decided_by_id <> operator_id", name=op.f("ck_staff_change_not_about_oneself")),
        sa.CheckConstraint(
            "api_key_id IS NULL OR (kind = 'api_key' AND decision = 'approved')",
            name=op.f("ck_staff_change_key_approved"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_staff_change_operator_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["operator.id"], name=op.f("fk_staff_change_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["operator.id"], name=op.f("fk_staff_change_decided_by_id")),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("fk_staff_change_api_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_change")),
        sa.UniqueConstraint("api_key_id", name=op.f("uq_staff_change_api_key_id")),
    )
    op.create_index(op.f("ix_staff_change_operator_id"), "staff_change", ["operator_id"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_change")
