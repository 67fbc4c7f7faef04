"""After an old key store came back, what the journals say was forgotten is forgotten again."""

from datetime import date
from pathlib import Path

from services.catalogue import events as c
from services.publication import events as p
from shared.events import Recorded
from shared.personal_data.reconciling import reconcile
from shared.testing import recorded
from tests.vaults import vault_in

ON = date(2026, 4, 8)


def decisions() -> list[Recorded]:
    confirmed = c.ErasureConfirmed(
        person="mo-wen", ground="purpose-ended", requested_by="jiang-ping", confirmed_by="fang-zheng", on=ON
    )
    refused = p.SecrecyRefused(
        disclosure="d1", town="fengyang", organisation="FY-R1", item="FY-R1/3.9", version=1, draft="d1/1",
        ground="party-secret", citation="第7条", reviewer="he-tao", digest="sha256:1",
    )  # fmt: skip
    restricted = [
        c.PersonRestricted(person=person, ground="other-law", by="jiang-ping", on=ON)
        for person in ("bai-lu", "tian-yu")
    ]
    lifted = c.RestrictionLifted(person="tian-yu", by="jiang-ping", on=ON)
    register = [confirmed, *restricted, lifted]
    return [
        *(recorded(c.REGISTRY, f"person-{fact.person}", fact, place) for place, fact in enumerate(register, 1)),
        recorded(p.REGISTRY, "disclosure-d1", refused, 1),
    ]


def test_an_old_backup_does_not_bring_back_what_was_decided_since(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    texts = {
        "person:mo-wen": "已依法删除",
        "draft:d1/1": "已依法删除",
        "person:bai-lu": "已限制处理",
        "person:tian-yu": "田雨",
        "draft:d1/1/2": "田雨",
    }
    tokens = vault.sealed([(subject, "", "田雨") for subject in texts])
    assert reconcile(vault, decisions()) == {"person:mo-wen": 1, "draft:d1/1": 1}
    assert list(vault.opened(tokens).values()) == list(texts.values())
    assert reconcile(vault, decisions()) == {"person:mo-wen": 1, "draft:d1/1": 1}, "again, it changes nothing"
