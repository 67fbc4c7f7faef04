"""What the portal says of its own use is in its own words, in both languages, and leads to pages that are there."""

import re
from itertools import product

import pytest
from starlette.routing import Match, Route

from services.portal.i18n import written
from services.portal.main import PAGES
from services.portal.pages.guide import ROLES, TEXTS, rendered, text, title
from tests.portal.furnished import furnished
from tests.portal.test_language import written_in_pages

LANGUAGES = ("zh", "en")
EACH = list(product(LANGUAGES, ROLES))


def shown(language: str) -> set[str]:
    """Every word of the portal's own that a page may show."""
    return {str(m.string) for m in written("zh")} if language == "zh" else written_in_pages()


@pytest.mark.parametrize(("language", "role"), EACH)
def test_what_stands_out_in_a_guide_is_what_the_pages_say(language: str, role: str) -> None:
    marked = re.findall(r"\*\*(.+?)\*\*", text(language, role))
    assert marked
    assert [words for words in marked if words not in shown(language)] == []


@pytest.mark.parametrize(("language", "role"), EACH)
def test_a_guide_leads_to_pages_that_are_there(language: str, role: str) -> None:
    routes = [Route(page.path, lambda: None, methods=["GET"]) for page in PAGES if page.method == "GET"]

    def there(path: str) -> bool:
        scope = {"type": "http", "method": "GET", "path": path}
        return any(route.matches(scope)[0] == Match.FULL for route in routes)

    led = re.findall(r"\]\((/[^)]*)\)", text(language, role))
    assert [path for path in led if not there(path)] == []


@pytest.mark.parametrize("role", ROLES)
def test_both_languages_say_the_same_things_in_the_same_order(role: str) -> None:
    def shape(language: str) -> list[str]:
        return re.findall(r"^(#+|\d+\.|-) ", text(language, role), re.MULTILINE)

    assert shape("zh") == shape("en")


def test_every_text_is_a_guide_of_a_role() -> None:
    assert {p.relative_to(TEXTS).as_posix() for p in TEXTS.rglob("*.md")} == {f"{la}/{r}.md" for la, r in EACH}
    assert "<h2>" in rendered("zh", "secretary")


@pytest.mark.anyio
async def test_anybody_opens_the_guides_from_the_foot_of_any_page() -> None:
    scene = furnished()
    assert 'href="/guide"' in (await scene.browser.get("/")).text
    listed = (await scene.browser.get("/guide")).text
    assert all(f'href="/guide/{role}"' in listed and title("zh", role) in listed for role in ROLES)
    assert (await scene.browser.get("/guide/nobody")).status_code == 404
