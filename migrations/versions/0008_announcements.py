"""Announcements, every version of them, the categories that somebody does not want, and phones for tests."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("submitted_at", instant, nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", instant, nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("send_at", instant, nullable=True),
        sa.Column("valid_until", instant, nullable=False),
        sa.Column("planned_at", instant, nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("follows", sa.String(length=12), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft','submitted','approved','sending','stopped','done','expired','cancelled')",
            name=op.f("ck_announcement_state"),
        ),
        sa.CheckConstraint("follows IN ('correction','withdrawal')", name=op.f("ck_announcement_follows")),
        sa.CheckConstraint("(follows IS NULL) = (follows_id IS NULL)", name=op.f("ck_announcement_follows_another")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> submitted_by", name=op.f("ck_announcement_four_eyes")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved','sending','done') OR approved_by IS NOT NULL",
            name=op.f("ck_announcement_approved"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["operator.id"], name=op.f("fk_announcement_approved_by")),
        sa.ForeignKeyConstraint(["created_by"], ["operator.id"], name=op.f("fk_announcement_created_by")),
        sa.ForeignKeyConstraint(["follows_id"], ["announcement.id"], name=op.f("fk_announcement_follows_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["operator.id"], name=op.f("fk_announcement_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_state"), "announcement", ["state"], unique=False)
    op.create_table(
        "announcement_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("send_at", instant, nullable=True),
        sa.Column("valid_until", instant, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_version_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by"], ["operator.id"], name=op.f("fk_announcement_version_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_version")),
        sa.UniqueConstraint("announcement_id", "number", name=op.f("uq_announcement_version_announcement_id_number")),
    )
    op.create_table(
        "muted_category",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_muted_category_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "category", name=op.f("pk_muted_category")),
    )
    op.create_table(
        "trial_phone",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("code_digest", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_trial_phone_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_trial_phone_operator_id")),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_trial_phone")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_trial_phone_code_digest")),
    )


def downgrade() -> None:
    op.drop_table("trial_phone")
    op.drop_table("muted_category")
    op.drop_table("announcement_version")
    op.drop_table("announcement")
