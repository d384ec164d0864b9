"""The calculators' part of the description: a path and a body for each, and one form of answer."""

from collections.abc import Mapping
from typing import Any

from bot.api.body import JSON
from bot.calculators.answers import Calculator, Measure
from bot.calculators.catalogue import CALCULATORS
from bot.calculators.fields import FITS, Kind, described

_DAY = {"type": "string", "format": "date"}
_WORD = {"type": "string"}
_BOTH = {"$ref": "#/components/schemas/InBoth"}
_BOTH_OR_NONE = {"anyOf": [_BOTH, {"type": "null"}]}


def law_paths(limits: Mapping[str, Any], refusals: Mapping[str, Any]) -> dict[str, Any]:
    """`limits` are the headers of an answer to a key with the scope, `refusals` the answers that all calls share."""
    shared: dict[str, Any] = {"headers": limits}
    paths: dict[str, Any] = {
        "/api/v1/law": {
            "get": {
                "operationId": "list_calculators",
                "summary": "All calculators and what each is asked",
                "responses": {
                    "200": shared | _content("Every calculator", "Calculators"),
                    **{status: refusals[status] for status in ("401", "403", "429", "503")},
                },
            }
        }
    }
    for each in CALCULATORS.values():
        paths[f"/api/v1/law/{each.name}"] = {"post": _operation(each, shared, refusals)}
    return paths


def _operation(each: Calculator[Any], shared: dict[str, Any], refusals: Mapping[str, Any]) -> dict[str, Any]:
    name = each.name.replace("-", "_")
    return {
        "operationId": f"calculate_{name}",
        "summary": f"{each.title.en} {each.title.zh}",
        "description": f"{each.about.en} {each.about.zh}",
        "requestBody": {"required": True, "content": {JSON: {"schema": _body(each), "example": each.example}}},
        "responses": {
            "200": shared | _content("The result, its reasons and sources", "Calculated"),
            **{status: refusals[status] for status in ("400", "401", "403", "413", "415", "429", "503")},
            "422": shared | _content("fields that do not fit, or a day on which it was not the law", "LawRefusal"),
        },
    }


def _content(why: str, schema: str) -> dict[str, Any]:
    return {"description": why, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _body(each: Calculator[Any]) -> dict[str, Any]:
    schema = each.inputs.model_json_schema()
    choices = schema.pop("$defs", {})
    fields = {one.name: one for one in described(each.inputs)}
    properties = {name: _inlined(one, choices) for name, one in schema["properties"].items()}
    for name, one in properties.items():
        said, fits = fields[name], FITS[fields[name].kind]
        one.pop("title", None)
        hint = f" {said.hint.en}. {said.hint.zh}。" if said.hint else ""
        options = "; ".join(f"{option}: {words.en} {words.zh}" for option, words in said.options.items())
        one["description"] = f"{said.label.en} {said.label.zh}. {options or f'{fits.en}. {fits.zh}'}.{hint}"
    return {
        "type": "object",
        "properties": properties,
        "required": schema.get("required", []),
        "additionalProperties": False,
    }


def _inlined(one: Any, choices: Mapping[str, Any]) -> Any:
    """The field with the choices it refers to: each calculator's body can be read by itself."""
    if isinstance(one, list):
        return [_inlined(part, choices) for part in one]
    if not isinstance(one, dict):
        return one
    if "$ref" in one:
        chosen = choices[one["$ref"].rsplit("/", 1)[1]]
        return {"type": "string", "enum": chosen["enum"]} | {k: v for k, v in one.items() if k != "$ref"}
    return {name: _inlined(part, choices) for name, part in one.items()}


def law_schemas() -> dict[str, Any]:
    return {
        "InBoth": _object({"zh": _WORD, "en": _WORD}),
        "Calculators": _object({"calculators": _list(_listed())}),
        "Calculated": _object(
            {
                "calculator": {"type": "string", "enum": list(CALCULATORS)},
                "result": _list(_line()),
                "reasons": _list(_reason()),
                "sources": _list(
                    _object(
                        {
                            "citation": _WORD,
                            "url": _WORD,
                            "checked": _DAY,
                            "text_of": {"anyOf": [_DAY, {"type": "null"}]},
                            "stale": {"type": "boolean"},
                        }
                    )
                ),
                "warnings": _list(_BOTH),
            }
        ),
        "LawRefusal": _object(
            {
                "error": {"type": "string", "enum": ["invalid_request", "not_in_force", "unanswerable"]},
                "message": _WORD,
                "message_zh": _WORD,
                "fields": _list(_object({"field": _WORD, "message": _BOTH})),
            },
            optional="fields",
        ),
    }


def _object(properties: dict[str, Any], optional: str = "") -> dict[str, Any]:
    required = [name for name in properties if name != optional]
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _listed() -> dict[str, Any]:
    field = _object(
        {
            "name": _WORD,
            "kind": {"type": "string", "enum": [kind.value for kind in Kind]},
            "required": {"type": "boolean"},
            "label": _BOTH,
            "hint": _BOTH_OR_NONE,
            "options": {"type": "object", "additionalProperties": _BOTH},
        }
    )
    return _object({"name": _WORD, "path": _WORD, "title": _BOTH, "about": _BOTH, "fields": _list(field)})


def _line() -> dict[str, Any]:
    return _object(
        {
            "name": {"type": "string", "description": "For machines; never changes its meaning"},
            "label": _BOTH,
            "measure": {"type": "string", "enum": [measure.value for measure in Measure]},
            "value": {
                "type": ["string", "integer", "boolean", "null"],
                "description": "Days as ISO dates; money and percent as exact decimals or n/d; null: none, see note",
            },
            "note": _BOTH_OR_NONE,
        }
    )


def _reason() -> dict[str, Any]:
    return _object(
        {
            "citation": _WORD,
            "url": _WORD,
            "checked": _DAY | {"description": "When the text was last read"},
            "quotes": _list({"type": "string", "description": "The law's own words, in Chinese"}),
            "means": _BOTH,
            "doubt": _BOTH_OR_NONE,
        }
    )
