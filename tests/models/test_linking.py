"""What goes when an account is untied from a record, or tied to another one."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import binding, conversation, linking
from models.contact import meet
from models.conversation import Answer, Progress
from tests.records import add_worker


def in_the_middle_of_a_check(session: Session, now: datetime) -> int:
    """An account that is linked to W1, and whose self-check has taken a date from the record."""
    me = meet(session, f"U{1:032x}", Language.EN, now).id
    linking.link(session, me, add_worker(session, now).id, now)
    conversation.keep(session, me, Progress("check_health", {"starts_on": Answer("2025-10-31")}), now)
    return me


@pytest.mark.parametrize("how", ["unlinked", "another record", "the same record"])
def test_a_conversation_keeps_what_it_took_from_a_record_while_the_account_is_linked_to_it(
    database: Database, now: datetime, how: str
) -> None:
    with database.writing() as session:
        me = in_the_middle_of_a_check(session, now)
        link = binding.in_force(session, me)
        assert link is not None
        assert link.worker_id is not None
        if how == "unlinked":
            linking.unlink(session, link, now)
        else:
            worker_id = link.worker_id if how == "the same record" else add_worker(session, now, "W2").id
            linking.link(session, me, worker_id, now)
        kept = conversation.progress_of(session, me, now)
        assert (kept is not None) is (how == "the same record")
