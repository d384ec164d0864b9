"""What people decide about a doubtful link, and that no one of them cuts it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PEOPLE = ("asked_by_id", "closed_by_id")
REASONS = "'name','numbers','several_claims','tries_used_up'"
MORE_REASONS = f"{REASONS},'cut_before'"
CHECKS = {
    "decision": "decision IN ('in_order','hers','not_hers','passed_on')",
    "asked_for_something": "asked_by_id IS NULL OR decision IS NOT NULL",
    "two_people": "closed_by_id <> asked_by_id",
    "cut_by_two": (
        "decision <> 'not_hers' OR closed_at IS NULL OR (asked_by_id IS NOT NULL AND closed_by_id IS NOT NULL)"
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("review") as table:
        table.add_column(sa.Column("decision", sa.String(length=16), nullable=True))
        for column in PEOPLE:
            table.add_column(sa.Column(column, sa.Integer(), nullable=True))
            table.create_foreign_key(op.f(f"fk_review_{column}"), "operator", [column], ["id"])
        for name, rule in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_review_{name}"), rule)
        table.drop_constraint(op.f("ck_review_reason"), type_="check")
        table.create_check_constraint(op.f("ck_review_reason"), f"reason IN ({MORE_REASONS})")


def downgrade() -> None:
    op.execute("DELETE FROM review WHERE reason = 'cut_before'")
    with op.batch_alter_table("review") as table:
        for name in (*CHECKS, "reason"):
            table.drop_constraint(op.f(f"ck_review_{name}"), type_="check")
        for column in PEOPLE:
            table.drop_constraint(op.f(f"fk_review_{column}"), type_="foreignkey")
            table.drop_column(column)
        table.drop_column("decision")
        table.create_check_constraint(op.f("ck_review_reason"), f"reason IN ({REASONS})")
