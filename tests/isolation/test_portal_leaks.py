"""The pages of the portal show nobody words that are not for them: each as its reader sees it, signed in."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from services.portal.main import PAGES
from tests.isolation.county import BRANCHES, KINDS, County, may_read, word
from tests.isolation.crawl import values

READERS = ("anyone", "fang-zheng", "li-min", "qian-li", "ma-xiaoyan", "guo-changfu", "zhou-dahai",
           "wu-gang", "tang-ning")  # fmt: skip
STEPS = ["inspection", "objections", "settlement", "notification", "rounds", "summary", "answer", "record", "new"]


def sign_in(browser: httpx2.Client, person: str) -> None:
    """To the issuer, the person's button there, and back."""
    form = browser.get("/sign-in")
    asked = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.text))
    back = browser.post(form.url, data={**asked, "person": person})
    assert (person, back.status_code) == (person, 200)


def addresses(county: County) -> Iterator[str]:
    """Every page that can be looked at, about each thing of each branch."""
    looked_at = [page.path for page in PAGES if page.method == "GET"]
    for branch in BRANCHES:
        known = values(county, branch) | {"trace": ["0" * 32], "role": ["secretary", "member"], "step": STEPS}
        known["subject"] = [county.things[branch, kind] for kind in known["kind"]]
        for path in looked_at:
            names = re.findall(r"{(\w+)(?::path)?}", path)
            for number in range(max((len(known[name]) for name in names), default=1)):
                address = path.replace(":path", "")
                for name in names:
                    address = address.replace(f"{{{name}}}", known[name][min(number, len(known[name]) - 1)])
                yield address
        yield from (f"/?q={word(branch, kind)[:-1]}" for kind in KINDS)
        yield from (f"/archive?organisation={branch}", f"/opinions?organisation={branch}")
        yield from (f"/opinions/new?disclosure={disclosure}" for disclosure in known["disclosure"])


@pytest.mark.parametrize("reader", READERS)
def test_no_page_shows_words_that_are_not_for_its_reader(county: County, reader: str) -> None:
    """ORG-11, ORG-14, ORG-16, PUB-02, PUB-35, FBK-07, design 1.5."""
    found: dict[str, set[str]] = {}
    base = county.world.client.base_url
    with httpx2.Client(base_url=base, timeout=60, follow_redirects=True) as browser:
        if reader != "anyone":
            sign_in(browser, reader)
        for address in dict.fromkeys(addresses(county)):
            page = browser.get(address)
            assert page.status_code < 500, (address, page.status_code)
            for branch, kind in ((b, k) for b in BRANCHES for k in KINDS):
                if word(branch, kind) in page.text:
                    found.setdefault(f"{branch} {kind}", set()).add(address)
    theirs = {f"{b} {k}" for b in BRANCHES for k in KINDS if reader in may_read(county, b, k)}
    assert {said: pages for said, pages in found.items() if said not in theirs} == {}
    assert {said for said in theirs if said.endswith("outside")} <= found.keys()
