"""The calculators over HTTP: what each is asked, and its result with the reasons and sources. Nothing is stored."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from bot.api.answers import answered, refusal
from bot.api.body import json_of
from bot.api.calls import Calls
from bot.api.gate import Admitted, Gate
from bot.calculators.answers import Calculator, Unanswerable
from bot.calculators.catalogue import CALCULATORS
from bot.calculators.fields import Described, problems
from bot.calculators.printed import as_json, in_both, not_in_force
from bot.clock import Clock
from bot.two_languages import Words
from law.source import NotInForce
from locales import taipei_day
from models.api_key import Scope

PATH = "/api/v1/law"
MOST_BYTES = 64 * 1024
_TOO_LARGE = (413, "too_large", f"Send at most {MOST_BYTES // 1024} KiB.")
_NOT_AN_OBJECT = Words("內容必須是一個 JSON 物件。", "The body must be an object.")
_TOO_DEEP = Words("內容的層次過深。", "The body is nested too deeply.")
_WRONG = Words("請修正 fields 所列欄位。", "Mend the fields that are listed.")


def add_law(app: FastAPI, gate: Gate, calls: Calls, clock: Clock) -> None:
    """The routes under /api/v1/law. A test key is answered like any other."""

    @app.get(PATH)
    async def catalogue(request: Request) -> JSONResponse:
        async def listed(admitted: Admitted) -> JSONResponse:
            body = {"calculators": [_described(each) for each in CALCULATORS.values()]}
            return JSONResponse(body, headers=dict(admitted.headers))

        return await answered(request, gate, calls, Scope.LAW, listed)

    @app.post(f"{PATH}/{{calculator}}")
    async def calculate(request: Request) -> JSONResponse:
        async def calculated(admitted: Admitted) -> JSONResponse:
            known = CALCULATORS.get(str(request.path_params["calculator"]))
            if known is None:
                return refusal(404, "not_found", f"No such calculator: see {PATH}.", admitted.headers)
            given = await json_of(request, MOST_BYTES, _TOO_LARGE)
            return _calculated(known, given, admitted.headers, clock)

        return await answered(request, gate, calls, Scope.LAW, calculated)


def _calculated(known: Calculator[Any], given: Any, headers: Mapping[str, str], clock: Clock) -> JSONResponse:
    if not isinstance(given, dict):
        return _refused("invalid_request", _NOT_AN_OBJECT, headers)
    try:
        # As JSON once more: only then are days strings and everything else exactly of its type.
        result = known.answer(known.inputs.model_validate_json(orjson.dumps(given), strict=True))
    except orjson.JSONEncodeError:  # it reads deeper than it writes
        return _refused("invalid_request", _TOO_DEEP, headers)
    except ValidationError as error:
        wrong = [{"field": one.field, "message": in_both(one.why)} for one in problems(known.inputs, error)]
        return _refused("invalid_request", _WRONG, headers, fields=wrong)
    except NotInForce as error:
        return _refused("not_in_force", not_in_force(error), headers)
    except Unanswerable as error:
        return _refused("unanswerable", error.why, headers)
    body = {"calculator": known.name, **as_json(result, taipei_day(clock.now()))}
    return JSONResponse(body, headers=dict(headers))


def _refused(error: str, why: Words, headers: Mapping[str, str], **more: Any) -> JSONResponse:
    return refusal(422, error, why.en, headers, message_zh=why.zh, **more)


def _described(each: Calculator[Any]) -> dict[str, Any]:
    return {
        "name": each.name,
        "path": f"{PATH}/{each.name}",
        "title": in_both(each.title),
        "about": in_both(each.about),
        "fields": [_field(one) for one in each.fields],
    }


def _field(one: Described) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "required": one.required,
        "label": in_both(one.label),
        "hint": in_both(one.hint) if one.hint else None,
        "options": {str(option): in_both(words) for option, words in one.options.items()},
    }
