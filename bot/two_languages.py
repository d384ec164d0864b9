"""A sentence of the office in its two languages: Chinese, and English for operators and systems that choose it."""

from dataclasses import dataclass

from locales import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence. Both are always there: nothing waits for a translation."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.en if language is Language.EN else self.zh
