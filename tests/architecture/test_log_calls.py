"""What may stand in a log line: a name we chose, and fields in which nobody's data can hide."""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.source import Module, product

LEVELS = frozenset(("debug", "info", "warning", "error", "critical"))

# Every field that a log line may have, and what stands in it.
FIELDS: Mapping[str, str] = {
    "error": "the type of an exception and the line that raised it, by bot.log.where",
    "fault": "the same, or a sentence of ours that cannot be said",
    "event_id": "the number of an inbox row",
    "message_id": "the number of a message row",
    "requests": "how many",
    "size": "how many bytes",
    "job": "the name of a job",
    "evidence_id": "the number of an evidence row",
    "announcement": "the number of an announcement",
    "chunk_id": "the number of an announcement_chunk row",
    "callback_id": "the number of a callback row",
    "upload": "the number of an upload row",
    "outcome": "one of bot.line.answers.Outcome",
    "status": "an HTTP status",
    "endpoint": "a path of LINE's, without whom it is about",
    "method": "of an HTTP request",
    "request_id": "LINE's own number of a request",
    "milliseconds": "how long LINE took",
    "accounts": "how many",
    "case": "the number of a case",
    "viewing": "the number of a case's viewing",
    "remaining": "how many of the month's messages are left",
    "reserve": "how many of them are kept for what is urgent",
    "entries": "how many entries the audit log has",
    "seal": "the digest of its last entry",
    "sources": "how many articles of law the rules rest on",
    "unread": "how many of them nobody has read for long",
    "path": "the path of a console page as it is declared, without numbers",
    "operator": "the number of an operator",
    "web": "whether this process takes webhooks",
    "worker": "whether this process handles and sends",
}


# Where the text of an exception is logged all the same, and why.
QUOTED: Mapping[str, str] = {
    "bot/delivery.py": "MissingTranslationError and UnsendableError name one of our sentences, and no value",
}


def log_calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger's method, also by way of a name that stands for the method."""
    aliases = {
        target.id
        for node in module.nodes()
        if isinstance(node, ast.Assign) and "Name(id='log'" in ast.dump(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in module.nodes():
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "logger" | "logging"), attr=level)):
                yield level, node
            case ast.Call(func=ast.Name(id=name)) if name in aliases:
                yield "info", node


def _ours() -> list[tuple[Module, str, ast.Call]]:
    found = [
        (module, level, call)
        for module in product()
        if module.where != "bot/log.py"
        for level, call in log_calls(module)
    ]
    return [(module, level, call) for module, level, call in found if level != "configure"]


def test_every_line_is_a_name_of_ours_at_a_known_level() -> None:
    assert len(_ours()) > 10
    for module, level, call in _ours():
        place = f"{module.where}:{call.lineno}"
        assert level in LEVELS, f"{place}: {level} would add the text of an exception"
        names = _names(call.args)
        assert names, f"{place}: the event must be a plain name, or one of two"
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names), place


def _names(arguments: list[ast.expr]) -> list[str]:
    match arguments:
        case [ast.Constant(value=str(event))]:
            return [event]
        case [ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other)))]:
            return [one, other]
    return []


def test_every_field_is_on_the_list() -> None:
    used = {name for _module, _level, call in _ours() for keyword in call.keywords for name in _fields(keyword)}
    assert used <= FIELDS.keys(), used - FIELDS.keys()
    assert FIELDS.keys() <= used, "no longer used"


def _fields(keyword: ast.keyword) -> list[str]:
    """The names that a keyword gives: its own, or those of a dictionary that is written out."""
    if keyword.arg is not None:
        return [keyword.arg]
    keys = [key for node in ast.walk(keyword.value) if isinstance(node, ast.Dict) for key in node.keys]
    assert keys, "fields must be written out"
    return [key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "?" for key in keys]


def test_no_field_holds_the_text_of_an_exception() -> None:
    quoting = set()
    for module, _level, call in _ours():
        caught = {node.name for node in module.nodes() if isinstance(node, ast.ExceptHandler) and node.name}
        for keyword in call.keywords:
            if _texts_of(keyword.value, caught):
                quoting.add(module.where)
    assert quoting == QUOTED.keys()


def _texts_of(value: ast.AST, caught: set[str]) -> bool:
    """Whether an exception stands in it other than to be asked for its place or its type."""
    match value:
        case ast.Call(func=ast.Name(id="where" | "type")):
            return False
        case ast.Name(id=name):
            return name in caught
    return any(_texts_of(part, caught) for part in ast.iter_child_nodes(value))


def test_nobody_prints_or_formats_a_traceback() -> None:
    found = [
        (module.where, node.lineno)
        for module in product()
        for node in module.nodes()
        if isinstance(node, ast.Attribute)
        and node.attr in ("print_exc", "format_exc", "print_exception", "print_stack")
    ]
    assert found == []
