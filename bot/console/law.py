"""The calculators of the law as pages: a form, and above it the result with the articles and words behind it."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from pydantic import ValidationError

from bot.calculators.answers import Calculator, Result, Unanswerable
from bot.calculators.catalogue import CALCULATORS
from bot.calculators.fields import Described, problems, typed
from bot.calculators.printed import ADVICE, exactly, not_in_force, shown, stale_warning
from bot.console.gate import Console
from bot.console.visit import Desk, not_found
from bot.console.words import Words
from law.source import NotInForce
from locales import taipei_day
from models.operator import Role

_CHOOSE = Words("請選擇", "Choose")
_WRONG = Words("請修正標示的欄位。", "Mend the fields that are marked.")


def add_law_pages(console: Console) -> None:
    """For everybody who works here. Calculating is posted: the facts of a case stand in no address and no log."""

    @console.page("/law", *Role)
    def catalogue(desk: Desk) -> Response:
        return desk.page("law.html", calculators=CALCULATORS.values())

    @console.page("/law/{calculator}", *Role)
    def form(desk: Desk) -> Response:
        return _page(desk, _chosen(desk))

    @console.act("/law/{calculator}", *Role)
    def calculate(desk: Desk) -> Response:
        chosen = _chosen(desk)
        given = typed(chosen.inputs, desk.text, desk.chosen)
        try:
            return _page(desk, chosen, result=chosen.answer(chosen.inputs.model_validate(given)))
        except ValidationError as error:
            wrong = {one.field: one.why for one in problems(chosen.inputs, error)}
            return _page(desk, chosen, refused=_WRONG, wrong=wrong)
        except NotInForce as error:
            return _page(desk, chosen, refused=not_in_force(error))
        except Unanswerable as error:
            return _page(desk, chosen, refused=error.why)


def _chosen(desk: Desk) -> Calculator[Any]:
    found = CALCULATORS.get(str(desk.request.path_params["calculator"]))
    if found is None:
        raise not_found()
    return found


def _page(
    desk: Desk,
    calculator: Calculator[Any],
    *,
    result: Result | None = None,
    refused: Words | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    return desk.page(
        "law_calculator.html",
        422 if refused else 200,
        calculator=calculator,
        result=result,
        refused=refused,
        wrong=wrong or {},
        stale=stale_warning(result, taipei_day(desk.now)) if result else None,
        options={field.name: _options(field, desk) for field in calculator.fields},
        shown=shown,
        exactly=exactly,
        advice=ADVICE,
    )


def _options(field: Described, desk: Desk) -> list[tuple[str, str]]:
    none = desk.say(_CHOOSE) if field.required else "–"
    return [("", none), *((str(option), desk.say(words)) for option, words in field.options.items())]
