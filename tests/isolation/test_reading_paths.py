"""Nobody comes upon words that are not for them, whatever they ask: every read path of every service.

The questions are made from the OpenAPI documents, so that a new route is asked too; who may read what stands in
:mod:`tests.isolation.county`.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import httpx2
import pytest

from tests.isolation.county import BRANCHES, KINDS, County, may_read, word
from tests.isolation.crawl import PUBLIC, Question, questions

WORDS = {word(branch, kind): (branch, kind) for branch in BRANCHES for kind in KINDS}
READERS = (  # of each way to stand to a branch one, for Liushu of each two
    "anyone", "jiang-ping", "fang-zheng", "zhao-guoqiang", "li-min", "qian-li", "wang-jianjun", "ma-xiaoyan", "he-tao",
    "guo-changfu", "chen-xiuying", "zhou-dahai", "wu-gang", "luo-lan", "han-dong", "tang-ning",
)  # fmt: skip


@dataclass
class Crawled:
    """What each reader came upon, and on which routes; and every answer that was no answer."""

    found: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    broken: set[tuple[str, int]] = field(default_factory=set)

    def note(self, reader: str, question: Question, answer: httpx2.Response) -> None:
        told = answer.text + " ".join(answer.headers.values())
        for planted in WORDS:
            if planted != question.said and planted in told:
                self.found[reader][planted].add(question.route.path)
        if answer.status_code >= 500:
            self.broken.add((question.path, answer.status_code))


@pytest.fixture(scope="module")
def asked(county: County) -> list[Question]:
    return questions(county)


@pytest.fixture(scope="module")
def crawled(county: County, asked: list[Question]) -> Crawled:
    """All readers, all questions."""
    crawled = Crawled()
    for reader, question in itertools.product(READERS, asked):
        crawled.note(reader, question, county.get(reader, question.path, **dict(question.params)))
    return crawled


@pytest.mark.parametrize("reader", READERS)
def test_nobody_comes_upon_words_that_are_not_for_them(county: County, crawled: Crawled, reader: str) -> None:
    """ORG-11, ORG-14, ORG-16, PUB-02, PUB-35, FBK-07, A-25, design 1.5."""
    not_theirs = {
        planted: routes
        for planted, routes in crawled.found[reader].items()
        if reader not in may_read(county, *WORDS[planted])
    }
    assert not_theirs == {}


@pytest.mark.parametrize("reader", READERS)
def test_everybody_comes_upon_the_words_that_are(county: County, crawled: Crawled, reader: str) -> None:
    """The test above would not see a leak where nothing is shown at all."""
    theirs = {planted for planted in WORDS if reader in may_read(county, *WORDS[planted])}
    assert theirs - crawled.found[reader].keys() == set()


def test_no_question_breaks_a_service(crawled: Crawled) -> None:
    assert crawled.broken == set()


def test_lists_counts_searches_feeds_files_and_traces_are_all_asked(crawled: Crawled) -> None:
    """Each tells something to somebody: else the crawl asks it the wrong way."""
    told = {route for by_word in crawled.found.values() for routes in by_word.values() for route in routes}
    publication, feedback = "/api/publication/v1", "/api/feedback/v1"
    assert told >= {
        f"{publication}/shown",
        f"{publication}/shown/{{disclosure}}/attachments/{{digest}}",
        f"{publication}/feed.atom",
        f"{publication}/led",
        f"{publication}/register",
        f"{publication}/disclosures",
        f"{publication}/tasks",
        f"{feedback}/opinions",
        f"{feedback}/mine",
        "/api/archive/v1/files/{organisation}/{year}",
        "/api/archive/v1/as-of",
        "/api/archive/v1/difference",
        "/api/audit/v1/traces",
    }


@pytest.mark.parametrize("reader", ["anyone", "zhou-dahai", "chen-xiuying", "wu-gang", "tang-ning", "qian-li"])
def test_what_one_may_not_see_is_answered_as_if_it_did_not_exist(
    county: County, asked: list[Question], reader: str
) -> None:
    """ORG-11: neither status, words, headers nor length of a refusal tell a hidden thing from none."""
    hidden = {county.things[b, k] for b in BRANCHES for k in KINDS if reader not in may_read(county, b, k)}
    for question in asked:
        for thing in hidden:
            if thing in question.path:
                real = county.get(reader, question.path, **dict(question.params))
                none = county.get(reader, question.path.replace(thing, NO_SUCH), **dict(question.params))
                assert (question.path, *_shape(real, thing)) == (question.path, *_shape(none, NO_SUCH))


NO_SUCH = "00000000-0000-8000-8000-000000000000"


def _shape(answer: httpx2.Response, named: str) -> tuple[int, str, dict[str, str]]:
    """What is left of an answer without the id that was asked for and the number of the request."""
    body = answer.text.replace(named, "ID")
    trace = answer.json().get("trace_id") if "json" in answer.headers.get("content-type", "") else None
    headers = {n: v for n, v in answer.headers.items() if n.lower() not in ("date", "traceparent", "x-trace-id")}
    return answer.status_code, body.replace(trace, "TRACE") if trace else body, headers


def test_the_public_sees_what_is_public(county: County) -> None:
    for branch in BRANCHES:
        shown = county.get("anyone", f"{PUBLIC}/shown", organisation=branch).json()["items"]
        assert county.things[branch, "outside"] in [row["disclosure"] for row in shown]
