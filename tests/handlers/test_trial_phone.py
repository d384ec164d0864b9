"""An operator's own phone: linked by the code from their page, and sent what they try, in the language they try."""

import orjson

from bot.line.render import render
from locales import Language, say
from models import operator as operators
from models import trial_phone
from models.announcements.text import Body, Texts
from models.operator import Role
from scheduler.announcements import content_of
from tests.town import Town, words_of

TEXTS = Texts({Language.TH: Body("พายุ", "อยู่บ้าน")})


def test_a_code_sent_in_the_chat_links_the_phone_and_a_test_reaches_it(town: Town) -> None:
    phone = town.phone(language="en")
    phone.follow()
    with town.service.database.writing() as session:
        operator = operators.add(session, "writer", "Made-up", [Role.WRITER], town.clock.now())
        code = trial_phone.new_code(session, operator, town.clock.now())
    wrong = words_of(phone.say(f"TEST {'0' * len(code)}"))
    right = words_of(phone.say(f"test {code.lower()}"))
    again = words_of(phone.say(f"test {code.lower()}"))
    assert right == "This phone now gets the tests that you send from the console."
    assert right not in (wrong, again)
    content = content_of(1, "weather", TEXTS, Language.TH)
    with town.service.database.writing() as session:
        linked = trial_phone.phone_of(session, operator.id)
        assert linked is not None
        body = orjson.dumps(render(content, Language.TH))
        trial_phone.send_test(session, linked, body, town.clock.now(), what="announcement 1 test")
    shown = words_of(phone.wait("the test"))
    assert "พายุ" in shown
    assert say(content.bubbles[0].topic, Language.TH) in shown  # type: ignore[union-attr, arg-type]
