"""What we say to workers, as plain lines that people of the office read."""

from locales import Language, MissingTranslationError, Text, say
from models.content import Card, Content


def lines(content: Content, language: Language) -> list[str]:
    """Every sentence of its bubbles, in the operator's language; buttons in brackets."""
    found: list[str] = []
    for bubble in content.bubbles:
        if isinstance(bubble, Card):
            above = (bubble.topic,) if bubble.topic else ()
            found += [said(text, language) for text in (*above, bubble.title, *bubble.lead)]
            found += [f"{said(row.label, language)}: {said(row.value, language)}" for row in bubble.rows]
            found += [said(note, language) for note in bubble.notes]
            found += [f"[{said(button.label, language)}]" for button in bubble.buttons]
        else:
            found.append(said(bubble.words, language))
    return found


def said(text: Text, language: Language) -> str:
    """The sentence; in English where an old message has one that the catalogue no longer knows."""
    try:
        return say(text, language)
    except MissingTranslationError:
        values = {name: said(one, language) if isinstance(one, Text) else one for name, one in text.values.items()}
        return text.msgid.format_map(values)
