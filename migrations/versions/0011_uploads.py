"""Files of permits that operators upload: their rows, their errors, how far they have come."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = "'checking','checked','awaiting','importing','imported','refused','failed','cancelled','expired'"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=True),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("foreseen", sa.JSON(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("checked_again", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("held_by", sa.String(length=64), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("read_rows", sa.Integer(), nullable=False),
        sa.Column("saved_rows", sa.Integer(), nullable=False),
        sa.Column("new_workers", sa.Integer(), nullable=False),
        sa.Column("new_permits", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_upload_state")),
        sa.CheckConstraint("NOT is_full OR as_of IS NOT NULL", name=op.f("ck_upload_full_as_of")),
        sa.CheckConstraint(
            "state NOT IN ('awaiting','importing','imported') OR confirmed_by IS NOT NULL",
            name=op.f("ck_upload_asked"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_by <> uploaded_by AND approved_by <> confirmed_by)",
            name=op.f("ck_upload_four_eyes"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('importing','imported') OR NOT needs_approval OR approved_by IS NOT NULL",
            name=op.f("ck_upload_approved"),
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["operator.id"], name=op.f("fk_upload_uploaded_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["operator.id"], name=op.f("fk_upload_confirmed_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["operator.id"], name=op.f("fk_upload_approved_by")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["operator.id"], name=op.f("fk_upload_cancelled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_state"), "upload", ["state"], unique=False)
    op.create_index(op.f("ix_upload_digest"), "upload", ["digest"], unique=False)
    op.create_table(
        "upload_piece",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_piece_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_piece")),
        sa.UniqueConstraint("upload_id", "part", "number", name=op.f("uq_upload_piece_upload_id_part_number")),
    )


def downgrade() -> None:
    op.drop_table("upload_piece")
    op.drop_table("upload")
