"""The log outlives the program: what was recorded once can be read, folded and viewed again, to the same end."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from services.archive.domain.dossier import DOSSIER, DOSSIER_NUMBERS
from services.archive.domain.file import FILE
from services.audit.domain.appraisal import APPRAISAL
from services.audit.domain.case import CASE
from services.audit.domain.filing import FILING, FILING_NUMBERS
from services.catalogue.domain.calendar import CALENDAR
from services.catalogue.domain.catalogue import CATALOGUE
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.county import COUNTY
from services.catalogue.domain.leading_group import LEADING_GROUP
from services.catalogue.domain.organisation import ORGANISATION
from services.catalogue.domain.person import PERSON
from services.catalogue.domain.plan import PLAN
from services.catalogue.domain.referral import REFERRAL
from services.catalogue.domain.supervision import SUPERVISION
from services.catalogue.domain.template import TEMPLATE
from services.catalogue.domain.town import TOWN
from services.catalogue.domain.withholding import WITHHOLDING
from services.cli.contracts import REGISTRIES
from services.feedback.domain.opinion import OPINION
from services.feedback.domain.receipt_register import RECEIPTS
from services.feedback.domain.session import SESSION
from services.publication.domain.cadre import CADRE
from services.publication.domain.decision import DECISION
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.matter import MATTER
from services.publication.domain.notices import NOTICES
from services.publication.domain.obligation import OBLIGATION
from services.publication.domain.preference import PREFERENCE
from services.publication.domain.redisclosure import REDISCLOSURE
from services.publication.domain.register import APPROVALS
from services.publication.domain.trigger import CONTENT, TRIGGER
from shared.decider import Decider
from shared.events import Recorded, Registry
from shared.rebuild import rebuild_view, view_digest
from shared.running import Flow, LocalPlatform
from tests.platform import replaying
from tests.platform.replaying import digests, heard_by_views, log_with_tape, platform_at, play, put_into_journal
from tests.platform.taped import DIGESTS, tape

APPROVED = json.loads(DIGESTS.read_text(encoding="utf-8"))
DECIDERS: dict[str, tuple[Decider, ...]] = {  # type: ignore[type-arg]  # each has types of its own
    "catalogue": (
        CALENDAR,
        CATALOGUE,
        CHANGE,
        COUNTY,
        LEADING_GROUP,
        ORGANISATION,
        PERSON,
        PLAN,
        REFERRAL,
        SUPERVISION,
        TEMPLATE,
        TOWN,
        WITHHOLDING,
    ),
    "publication": (
        DISCLOSURE,
        OBLIGATION,
        MATTER,
        CONTENT,
        TRIGGER,
        APPROVALS,
        DECISION,
        CADRE,
        NOTICES,
        PREFERENCE,
        REDISCLOSURE,
    ),
    "feedback": (OPINION, RECEIPTS, SESSION),
    "archive": (FILE, DOSSIER, DOSSIER_NUMBERS),
    "audit": (CASE, FILING, FILING_NUMBERS, APPRAISAL),
}
STREAMS_NOT_YET: set[str] = set()  # of the deciders above, those that came after the tape's last chapter
NOT_YET: dict[str, set[str]] = {"catalogue": {"StaffLeft"}}  # by service, the events that came after it
each_registry = pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.service)


def test_views_need_no_key_so_that_an_erasure_changes_none_of_them(tmp_path: Path) -> None:
    assert "sealed:1:" in str([event.data for event in tape("catalogue")])
    assert digests(tmp_path) == APPROVED
    assert not (tmp_path / "keys.sqlite").exists()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log that holds every tape."""
    file = tmp_path_factory.mktemp("log") / "log.sqlite"
    log_with_tape(file).close()
    return file


@pytest.fixture
def platform(tmp_path: Path, shipped: Path) -> Iterator[LocalPlatform]:
    copy(shipped, tmp_path / "log.sqlite")
    platform = platform_at(tmp_path)
    yield platform
    platform.close()


@each_registry
def test_every_kind_of_event_is_on_the_tape_or_known_to_be_missing(registry: Registry) -> None:
    told = {event.name for event in tape(registry.service)}
    assert registry.events.keys() - told == NOT_YET.get(registry.service, set())


@each_registry
def test_every_recorded_event_can_be_read(registry: Registry) -> None:
    for event in tape(registry.service):
        read = registry.read(event).model_dump(mode="json")
        assert _is_within(dict(registry.upcast(event)), read)


def _is_within(recorded: Any, read: Any) -> bool:
    """Nothing that was recorded is lost or changed; what came to be known later has its default."""
    if isinstance(recorded, dict):
        return recorded.keys() <= read.keys() and all(_is_within(value, read[name]) for name, value in recorded.items())
    if isinstance(recorded, list):
        return len(recorded) == len(read) and all(map(_is_within, recorded, read))
    return bool(recorded == read)


@each_registry
def test_the_tape_is_a_journal_without_a_gap(registry: Registry) -> None:
    versions: Counter[str] = Counter()
    for position, event in enumerate(tape(registry.service), start=1):
        versions[event.stream] += 1
        assert (event.position, event.version) == (position, versions[event.stream])


@each_registry
def test_every_stream_folds_into_a_state(registry: Registry) -> None:
    deciders = {decider.category: decider for decider in DECIDERS[registry.service]}
    streams: dict[str, list[Recorded]] = defaultdict(list)
    for event in tape(registry.service):
        streams[event.stream].append(event)
    assert {stream.split("-", 1)[0] for stream in streams} == deciders.keys() - STREAMS_NOT_YET
    for stream, events in streams.items():
        decider = deciders[stream.split("-", 1)[0]]
        assert decider.replay(map(registry.read, events)) != decider.initial


def test_every_decider_has_its_streams_folded_here() -> None:
    written = Path(replaying.__file__).parents[2].glob("services/*/domain/*.py")
    found = sum(file.read_text(encoding="utf-8").count("] = Decider(") for file in written)
    assert found == sum(map(len, DECIDERS.values()))


def test_every_view_comes_out_as_approved(tmp_path: Path) -> None:
    assert digests(tmp_path) == APPROVED


def test_every_view_comes_out_as_approved_one_event_at_a_time(tmp_path: Path) -> None:
    """The register, which every service has alike, is left to a test of its own."""
    others = {name: {v: d for v, d in views.items() if v != "register"} for name, views in APPROVED.items()}
    assert digests(tmp_path, 1, without={"register"}) == others


def test_the_register_comes_out_as_approved_one_event_at_a_time(platform: LocalPlatform) -> None:
    audit = replaying.services_at(platform)["audit"]
    audit.views = [view for view in audit.views if view.name == "register"]
    play(audit, tape("catalogue"), 1)
    assert {view_digest(view) for view in audit.views} == {views["register"] for views in APPROVED.values()}


def test_views_hear_the_same_from_the_log_alone(platform: LocalPlatform) -> None:
    for name, service in replaying.services_at(platform).items():
        play(service, replaying.heard_in_log(platform, heard_by_views(service)), 500)
        assert {view.name: view_digest(view) for view in service.views} == APPROVED[name]


def test_journal_and_log_hand_out_the_same_events(platform: LocalPlatform) -> None:
    for name in replaying.services_at(platform):
        put_into_journal(platform.engine(name), name)
        own, wire = list(platform.journals[name].read(0, 100_000)), list(replaying.heard_in_log(platform, {name}))
        assert own == wire == list(tape(name))
        assert [e.context for e in own] == [e.context for e in wire] == [e.context for e in tape(name)]


def test_followers_from_nothing_and_rebuilds_end_alike(platform: LocalPlatform) -> None:
    flows = [Flow.of(service, platform) for service in replaying.services_at(platform).values()]
    for flow in flows:
        flow.prepare()
        put_into_journal(flow.service.engine, flow.service.name)
        flow.follower.start()
    assert all(replaying.followed(flow.follower) for flow in flows)
    for flow in flows:
        flow.follower.wind_down()
    for flow in flows:
        flow.follower.stop()
        for view in flow.service.views:
            approved = APPROVED[flow.service.name][view.name]
            assert view_digest(view) == approved
            rebuilt = rebuild_view(flow.follower, view)
            assert (rebuilt.same, rebuilt.digest, view_digest(view)) == (True, approved, approved)
