"""“Is my payslip right? Is a fee allowed?”: the paper ticked line by line, deductions, the broker, and kept papers."""

import pytest

from bot.made_up import made_up_workers
from handlers.self_checks.listed import CHECKS
from locales import Text, ngettext
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.town import buttons_of, words_of

TODAY = NOON.date()  # 2026-03-11
START = CHECKS["payslip"].title
MAY_USE = Text("May we use your record for this?")
ABOUT = Text("What do you want to check?")
KIND = Text("What kind of work is your permit for?")
ITEMS = Text("What stands on your payslip, or is done with it?")
DEDUCTIONS = Text("Which deductions stand on it?")
TOTAL = Text("What is the total wage, before deductions?")
DEDUCTED = Text("How much is deducted in all?")
RECEIVED = Text("How much did you really get?")
WHICH = Text("What is taken from you?")
ENTERED = Text("On which day did you last enter Taiwan?")
BACK = ngettext(
    "Did you work {n} year or more before, go home, and come back to the same employer?",
    "Did you work {n} years or more before, go home, and come back to the same employer?",
    2,
)
HOME_LEAVE = "Whether coming back from home leave starts the count again is not settled."
AMOUNT = Text("How much does the broker take in a month?")
SLIP, DEDUCTION = "My whole payslip", "One deduction or fee"
FACTORY, HOUSEHOLD = "Factory, building, farm, boat, care home", "Care or help in a household"
ALL, DONE = "All of these", "That is all"
NOTHING = Text("We found nothing missing in what you tapped")
NOT_LISTED = Text("The law does not list this deduction")
BROKER = Text("What a broker may take from you")
AFRAID = Text("If you are afraid, do not ask alone: call 1955 first.")
NAMELESS = Text("Each deduction must have its own name and amount.")


def shown_to(person: Person) -> str:
    return words_of(list(person.screen))


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    [made_up] = made_up_workers(1, 43, TODAY)
    # The entry in the record is a return from home leave, in her third year.
    entered = {"starts_on": "2023-03-12", "ends_on": "2026-08-11", "entered_on": "2026-01-12"}
    hers = {"worker_ref": "PAYSLIP", "permit_no": "PAYSLIP", "permit_type": "B", "work": "household_care"}
    return [made_up | entered | hers]


def test_a_payslip_with_everything_on_it_is_never_called_safe(person: Person) -> None:
    person.is_told(
        (START, ABOUT),
        (SLIP, KIND),
        (FACTORY, ITEMS),
        (ALL, DEDUCTIONS),
        ("Food and lodging", DEDUCTIONS),
        (DONE, TOTAL),
        ("31000", DEDUCTED),
        ("5759", RECEIVED),
        ("25241", NOTHING),
    )
    person.reads(Text("This is what the law says for what you told us. The office decides, not we."))
    shown = shown_to(person)
    assert "NT$25,241" in shown
    assert "雇主聘僱外國人許可及管理辦法第66條第1項" in shown
    assert "「應檢附印有中文及該外國人本國文字之薪資明細表" in shown
    assert "第66條第5項" in shown
    assert person.kept() is None


@pytest.mark.parametrize(
    ("received", "said"),
    [
        ("25240", Text("By these numbers, NT${amount} of your wage is missing.", {"amount": 1})),
        ("25242", Text("The numbers do not fit: you got NT${amount} more.", {"amount": 1})),
    ],
)
def test_a_sum_that_does_not_fit_is_named_to_the_dollar(person: Person, received: str, said: Text) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS), (ALL, DEDUCTIONS), (DONE, TOTAL))
    person.is_told(("much", TOTAL), ("31,000", DEDUCTED), ("5759", RECEIVED), (received, said))
    person.reads(Text("{n} thing is missing or wrong", {"n": 1}))


@pytest.mark.parametrize(
    "said", ["25241.5", "25241,50", "25,2415", "1000.000", "25.241.5", "２５２４１．５", "-25241", "25-241", "25/241"]
)
def test_a_broken_number_is_never_read_as_a_larger_one(person: Person, said: str) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS), (ALL, DEDUCTIONS), (DONE, TOTAL))
    person.is_told((said, TOTAL), ("cancel", Text("Stopped. We have kept none of your answers.")))


@pytest.mark.parametrize("said", ["31,000", "31.000", "31 000", "31000.", "３１，０００", "๓๑๐๐๐"])
def test_thousands_may_be_set_apart(person: Person, said: str) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS), (ALL, DEDUCTIONS), (DONE, TOTAL))
    person.is_told((said, DEDUCTED), ("0", RECEIVED), ("31000", NOTHING))
    assert "NT$31,000" in shown_to(person)


def test_a_line_is_ticked_and_taken_back_and_what_is_left_out_is_missing(person: Person) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS), ("It is in Chinese", ITEMS))
    assert "✓ It is in Chinese" in shown_to(person)
    person.is_told(("The money I really get", ITEMS), ("It is in Chinese", ITEMS))
    assert "✓ It is in Chinese" not in shown_to(person)
    assert "✓ The money I really get" in shown_to(person)
    person.is_told(("perhaps", Text("Please tap every line that fits, and then the last button.")))
    person.is_told(
        (DONE, DEDUCTIONS), ("Broker fee", DEDUCTIONS), ("Fine or damage", DEDUCTIONS), ("It has no name", DEDUCTIONS)
    )
    person.is_told((DONE, Text("{n} thing is missing or wrong", {"n": 10}, "{n} things are missing or wrong", 10)))
    person.reads(
        Text("It must be in Chinese."),
        Text("It must be in your language too."),
        Text("It must show how your wage is made up: base wage, overtime and so on."),
        Text("It must show the total wage before deductions."),
        Text("It must show how you are paid: in cash or by bank."),
        Text("If you are not paid in cash, they must give you proof of each payment."),
        Text("They must give it to you, and you keep it."),
        AFRAID,
        NAMELESS,
        Text("A broker fee is not in the list of deductions: you pay the broker yourself."),
        Text("A placement fee, debt, fine or deposit is not in the list of deductions."),
        Text("We did not check the sum, because a number is missing."),
    )
    person.reads_nothing_of("It must show the money that you really get.")


def test_two_quick_taps_on_one_card_both_count(person: Person) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS))
    card = {button["label"]: button["data"] for button in buttons_of(list(person.screen)) if "data" in button}
    person.sends(card["It is in Chinese"])
    person.sends(card["The total before deductions"])
    assert "✓ It is in Chinese" in shown_to(person)
    assert "✓ The total before deductions" in shown_to(person)
    person.sends(card[DONE])
    person.reads(DEDUCTIONS)
    person.sends(card["They gave it to me to keep"])  # too late: the card above is done
    person.reads(DEDUCTIONS)


def test_going_back_from_the_deductions_empties_the_ticks(person: Person) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), (FACTORY, ITEMS), (ALL, DEDUCTIONS), ("back", ITEMS))
    assert "✓" not in shown_to(person)
    person.is_told(("back", KIND), ("back", ABOUT))


@pytest.mark.parametrize("known", [0, 1, 2])
def test_without_one_of_the_numbers_there_is_no_sum_and_it_says_so(person: Person, known: int) -> None:
    person.is_told((START, ABOUT), (SLIP, KIND), ("I do not know", ITEMS), (ALL, DEDUCTIONS), (DONE, TOTAL))
    for number in ("31000", "5759")[:known]:
        person.says(number)
    person.is_told(("I do not know", NOTHING))
    person.reads(
        Text("We did not check the sum, because a number is missing."),
        Text("We used the rule for most migrant workers. For professionals and students it may differ."),
    )
    assert "第66條第5項" not in shown_to(person)


def test_skilled_workers_see_their_own_article_and_professionals_no_rule(new_person: NewPerson) -> None:
    person = new_person()
    person.is_told((START, ABOUT), (SLIP, KIND), ("Skilled worker", ITEMS), (ALL, DEDUCTIONS), (DONE, TOTAL))
    person.says("I do not know")
    assert "外國技術人力工作資格及許可管理辦法第65條第1項" in shown_to(person)
    person.is_told((START, ABOUT), (DEDUCTION, KIND))
    person.is_told(("Professional, student, family", Text("This rule is not for your kind of work")))


@pytest.mark.parametrize(
    ("tapped", "said"),
    [
        ("Health or labor insurance", "Your own share of health and labor insurance may be taken from your wage."),
        ("Income tax", "Income tax that you owe may be taken from your wage."),
        ("Food and lodging", "Food and lodging may be taken from your wage, as your contract says."),
        ("Welfare fund, court order", "The welfare fund, or what a court or an authority orders, may be taken."),
    ],
)
def test_what_the_article_lists_may_be_taken_and_no_more_than_her_part(person: Person, tapped: str, said: str) -> None:
    person.is_told((START, ABOUT), (DEDUCTION, KIND), (FACTORY, WHICH), (tapped, Text("The law lists this deduction")))
    person.reads(Text(said), Text("Not more than your own part, and with its own line on the payslip."))
    person.reads(Text("How much may be taken stands in other rules and in your contract, not in this article."))


@pytest.mark.parametrize(
    ("kind", "tapped", "articles", "absent"),
    [
        (FACTORY, "Fine or damage", ["勞動基準法第26條", "第66條第1項"], ["does not cover work in a household"]),
        (HOUSEHOLD, "Fine or damage", ["第66條第1項", "does not cover work in a household"], ["勞動基準法第26條"]),
        ("I do not know", "Fine or damage", ["勞動基準法第26條", "does not cover work in a household"], []),
        (FACTORY, "Deposit or savings", ["就業服務法第5條第2項", "「扣留求職人或員工財物或收取保證金。」"], []),
        (
            FACTORY,
            "Placement fee or debt",
            ["收費項目及金額標準第6條第1項", "就業服務法第40條第1項", "may not take a placement fee from you at all"],
            ["第5條", "1 month's wage"],
        ),
        (
            "Skilled worker",
            "Placement fee or debt",
            ["收費項目及金額標準第5條", "1 month's wage at most"],
            ["第6條第1項", "at all"],
        ),
        (
            "I do not know",
            "Placement fee or debt",
            ["收費項目及金額標準第5條", "第6條第1項", "1 month's wage at most", "at all", "other limits"],
            [],
        ),
        (FACTORY, "Employment security fee", ["就業服務法第55條第1項", "for your employer to pay, never for you"], []),
        (FACTORY, "It has no name", ["第66條第1項", "its own name and amount"], []),
    ],
)
def test_what_the_article_does_not_list_is_told_with_the_rule_that_forbids_it(
    person: Person, kind: str, tapped: str, articles: list[str], absent: list[str]
) -> None:
    person.is_told((START, ABOUT), (DEDUCTION, KIND), (kind, WHICH), (tapped, NOT_LISTED))
    person.reads(Text("Do not sign that you agree before you have asked 1955."), AFRAID)
    shown = shown_to(person)
    assert [words for words in articles if words not in shown] == []
    person.reads_nothing_of(*absent)


@pytest.mark.parametrize(
    ("entered", "back", "amount", "told"),
    [
        # First year until the day before its end, then the second, then the third.
        ("2025-03-12", "No", "1800", ["NT$1,800 a month now", "NT$1,800 a month is not more than that"]),
        ("2025-03-12", "No", "1801", ["NT$1,800 a month now", "They take NT$1 too much"]),
        ("2025-03-11", "No", "1800", ["NT$1,700 a month now", "They take NT$100 too much"]),
        ("2024-03-11", "No", "1700", ["NT$1,500 a month now", "They take NT$200 too much"]),
        ("2025-03-12", "Yes", "1800", ["NT$1,500 a month now", "They take NT$300 too much"]),
        ("I do not know", "Yes", "1500", ["NT$1,500 a month now", "NT$1,500 a month is not more"]),
        ("I do not know", "No", "1801", ["first year\nNT$1,800", "They take NT$1 too much"]),
        ("I do not know", "No", "1500", ["second year\nNT$1,700", "NT$1,500 a month is not more"]),
        ("I do not know", "I do not know", "I do not know", ["third year and later\nNT$1,500", "depends on your year"]),
        (
            "2025-03-12",
            "I do not know",
            "1600",
            ["NT$1,800 a month now", "like that, it is NT$1,500 from the first year"],
        ),
    ],
)
def test_article_6_caps_what_the_broker_takes_by_the_year_since_she_entered(
    person: Person, entered: str, back: str, amount: str, told: list[str]
) -> None:
    person.is_told(
        (START, ABOUT), (DEDUCTION, KIND), (FACTORY, WHICH), ("Broker fee", ENTERED), ("2026-03-12", ENTERED)
    )
    person.is_told((entered, BACK), (back, AMOUNT), ("a lot", AMOUNT), (amount, BROKER))
    shown = shown_to(person)
    assert [words for words in told if words not in shown] == []
    assert "私立就業服務機構收費項目及金額標準第6條第2項" in shown


def test_between_the_caps_nothing_is_said_of_an_amount_whose_year_is_unknown(person: Person) -> None:
    person.is_told((START, ABOUT), (DEDUCTION, KIND), (FACTORY, WHICH), ("Broker fee", ENTERED))
    person.is_told(("I do not know", BACK), ("No", AMOUNT), ("1600", BROKER))
    person.reads_nothing_of("too much each month", "is not more than that")


def test_a_skilled_worker_pays_by_the_year(person: Person) -> None:
    person.is_told((START, ABOUT), (DEDUCTION, KIND), ("Skilled worker", WHICH), ("Broker fee", BROKER))
    assert "NT$2,000 a year" in shown_to(person)
    person.reads_nothing_of(HOME_LEAVE)


def test_her_record_tells_her_work_when_she_lets_it_and_never_her_entry_which_may_be_of_a_home_leave(
    new_person: NewPerson, special_workers: list[Worker]
) -> None:
    person = new_person()
    person.links(special_workers[0])
    person.is_told((START, MAY_USE), ("Yes, use my record", ABOUT), (DEDUCTION, WHICH), ("Broker fee", ENTERED))
    person.reads(Text("Coming back from home leave is not meant."))
    person.is_told(("2023-03-12", BACK), ("No", AMOUNT), ("1800", BROKER))
    assert "They take NT$300 too much each month." in shown_to(person)
    assert HOME_LEAVE in shown_to(person)
    person.is_told((START, MAY_USE), ("No, I answer myself", ABOUT), (DEDUCTION, KIND), ("back", ABOUT))


@pytest.mark.parametrize(
    ("who", "there", "absent"),
    [
        ("My employer", "就業服務法第57條第1項", "第40條"),
        ("The broker", "就業服務法第40條第1項", "第57條"),
        ("I do not know", "第57條第1項", "Nobody knows"),
    ],
)
@pytest.mark.parametrize("agreed", ["Yes", "No"])
def test_papers_are_hers_whoever_keeps_them_and_whatever_she_said_before(
    person: Person, who: str, there: str, absent: str, agreed: str
) -> None:
    person.is_told(
        (START, ABOUT),
        ("They keep my passport or ARC", Text("Who keeps your papers?")),
        (who, Text("Did you say yes to it?")),
        (agreed, Text("Your papers belong to you")),
    )
    shown = shown_to(person)
    assert there in shown
    assert absent not in shown
    assert ("You said yes before." in shown) is (agreed == "Yes")
