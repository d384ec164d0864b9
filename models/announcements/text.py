"""What an announcement says, in each language that it is said in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from locales import Language


@dataclass(frozen=True, slots=True)
class Body:
    """The words in one language. The title is also what the archive lists; the lock screen shows neither."""

    title: str
    text: str
    link_label: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """All of it. One picture and one link serve every language; `missing` says why a language is left out, and who
    it was that decided so is in the version."""

    bodies: Mapping[Language, Body]
    image_url: str = ""
    link_url: str = ""
    missing: str = ""
    # Whether a button under it calls 1955.
    offers_1955: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "bodies": {
                language.value: {"title": body.title, "text": body.text, "link_label": body.link_label}
                for language, body in self.bodies.items()
            },
            "image_url": self.image_url,
            "link_url": self.link_url,
            "missing": self.missing,
            "offers_1955": self.offers_1955,
        }


def texts_of(stored: Mapping[str, Any]) -> Texts:
    """What `Texts.to_json` gave."""
    bodies = {Language(language): Body(**body) for language, body in stored["bodies"].items()}
    return Texts(bodies, stored["image_url"], stored["link_url"], stored["missing"], stored["offers_1955"])
