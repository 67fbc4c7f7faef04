"""The portal speaks zh-CN and English: source strings are English, ``locales`` holds the Chinese.

The .po files are read as they are, so nothing has to be compiled before a start; an area of pages may have one of its
own beside ``portal.po``. Words for codes that services answer with (kinds, states, channels) stand in ``labels``.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from shared.clock import SHANGHAI

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}


def mark(text: str) -> str:
    """Marks a string for translation where it is written; it is translated where it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    catalog = Catalog(locale=LANGUAGES[language])
    for message in written(language):
        catalog.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain="portal")


def written(language: str) -> Iterator[Message]:
    """What the files of a language say, one after the other."""
    for path in sorted((LOCALES / LANGUAGES[language] / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            yield from (message for message in read_po(file, locale=LANGUAGES[language]) if message.id)


@dataclass(frozen=True)
class Language:
    """One of the two languages: its texts, and how it writes dates and names."""

    code: str

    @property
    def tag(self) -> str:
        return "zh-CN" if self.code == "zh" else "en"

    @property
    def other(self) -> "Language":
        return Language("en" if self.code == "zh" else "zh")

    def text(self, message: str, **values: Any) -> str:
        return translations(self.code).gettext(message) % values if values else self._plain(message)

    def _plain(self, message: str) -> str:
        return translations(self.code).gettext(message) if message else ""

    def day(self, value: str | date | None) -> str:
        """A business day, in Chinese with its weekday: 2026年4月15日星期三."""
        if not value:
            return ""
        day = value if isinstance(value, date) else date.fromisoformat(value[:10])
        return format_date(day, format="full" if self.code == "zh" else "EEE d MMM yyyy", locale=self._locale)

    def instant(self, value: str | datetime | None) -> str:
        """An instant on the county's clocks (Asia/Shanghai), to the minute."""
        if not value:
            return ""
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        pattern = "y年M月d日 HH:mm" if self.code == "zh" else "d MMM yyyy, HH:mm"
        return format_datetime(moment.astimezone(SHANGHAI), format=pattern, locale=self._locale)

    def not_before(self, value: str | None) -> str:
        """When something may first be done: a day, or an instant to its minute, the next one if seconds have passed."""
        if not value:
            return ""
        if len(value) == len("2026-08-27"):
            return self.day(value)
        moment = datetime.fromisoformat(value)
        whole = moment.replace(second=0, microsecond=0)
        return self.instant(whole if whole == moment else whole + timedelta(minutes=1))

    def name(self, thing: Any, field: str = "name") -> str:
        """What a thing is called in this language: ``name_zh`` or ``name_en``, whichever there is."""
        if not isinstance(thing, Mapping):
            return str(thing or "")
        for code in (self.code, self.other.code):
            if thing.get(f"{field}_{code}"):
                return str(thing[f"{field}_{code}"])
        return str(thing.get(field) or "")

    @property
    def _locale(self) -> Locale:
        return Locale.parse(LANGUAGES[self.code])


ZH, EN = Language("zh"), Language("en")


def preferred(chosen: str, accepted: str) -> Language:
    """The language chosen, else the first of the browser's that we speak, else Chinese."""
    if chosen in LANGUAGES:
        return Language(chosen)
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return Language(tag)
    return ZH
