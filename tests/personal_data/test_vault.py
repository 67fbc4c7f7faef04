"""The vault and its key store, on SQLite and on PostgreSQL: what is sealed opens for those who have the key, once it
is destroyed for nobody, in no process.
"""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel
from sqlalchemy import event as events

from shared.database import make_engine, sqlite_engine
from shared.decider import Refused
from shared.events import Event
from shared.personal_data import Clear, Personal, Subject
from shared.personal_data.key_store import Forgotten, KeysUnavailable, WrongSecret
from shared.personal_data.opening import open_page
from shared.personal_data.sealing import Sealing
from shared.personal_data.sql_keys import SqlKeyStore
from shared.personal_data.tokens import TOKEN, TokenDamaged, seal, unseal
from shared.personal_data.vault import FRESH_SECONDS, Vault
from shared.personal_data.wrapping import SecretTooWeak, Wrapping
from tests.vaults import SECRET, vault_in

AT = datetime(2026, 4, 8, 1, tzinfo=UTC)
OTHER = "another secret of forty-odd characters, too"
MO = "person:mo-wen"


class Said(Event):
    who: str
    words: Annotated[str, Personal(of="who")]
    about: Annotated[str, Personal(of="topic", kind=Subject.OPINION, owner="who")] = ""
    topic: str = ""
    plain: str = ""


class Page(BaseModel):
    name_zh: Clear
    name_en: Clear
    plain: str


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(database_url: str) -> Iterator[SqlKeyStore]:
    made = SqlKeyStore(make_engine(database_url), Wrapping.of(SECRET))
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def vault(store: SqlKeyStore) -> Vault:
    return Vault(lambda: store)


def one(vault: Vault, text: str = "莫文", subject: str = MO, owner: str = "") -> str:
    return vault.sealed([(subject, owner, text)])[0]


@pytest.mark.parametrize("text", ["莫文", "x", "a" * 5000, "ends with NUL\0", "\x80", "笑" * 31])
def test_what_is_sealed_opens_to_the_same(vault: Vault, text: str) -> None:
    token = one(vault, text)
    assert TOKEN.fullmatch(token)
    assert vault.opened([token]) == {token: text}


def test_the_same_text_sealed_twice_is_two_tokens_of_one_length(vault: Vault) -> None:
    tokens = vault.sealed([(MO, "", "莫文"), (MO, "", "莫文"), (MO, "", "欧阳莫文")])
    assert len(set(tokens)) == 3
    assert len({len(token) for token in tokens}) == 1


def test_a_token_of_another_subject_does_not_open(store: SqlKeyStore) -> None:
    mine, other = store.keys_of({MO: "", "person:he-tao": ""}).values()
    with pytest.raises(TokenDamaged):
        unseal(other, seal(mine, "莫文"))


def test_a_changed_token_reads_as_unreadable(vault: Vault) -> None:
    token = one(vault)
    changed = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert vault.opened([changed]) == {changed: "无法读取"}


def test_a_destroyed_key_opens_nothing_more_and_the_mark_says_so(vault: Vault) -> None:
    token, others = one(vault), one(vault, "何涛", "person:he-tao")
    gone = vault.destroy(MO, AT)
    assert gone.key_ids == (token.split(":")[2],)
    assert vault.opened([token, others]) == {token: "已依法删除", others: "何涛"}
    assert vault.destroy(MO, AT + timedelta(days=1)) == gone, "repeating it changes nothing"


def test_nothing_more_is_kept_of_who_was_forgotten(vault: Vault) -> None:
    one(vault, "意见", "opinion:1", MO)
    vault.destroy(MO, AT)
    for subject, owner in ((MO, ""), ("opinion:2", MO), ("opinion:1", "")):
        with pytest.raises(Forgotten):
            one(vault, "迟到", subject, owner)


def test_what_a_person_owns_goes_with_them(vault: Vault) -> None:
    opinion = one(vault, "意见", "opinion:1", MO)
    assert len(vault.destroy(MO, AT).key_ids) == 1
    assert vault.opened([opinion]) == {opinion: "已依法删除"}


def test_restricted_data_is_kept_and_shown_to_nobody(vault: Vault) -> None:
    mine, opinion = one(vault), one(vault, "意见", "opinion:1", MO)
    vault.restrict(MO, restricted=True)
    assert set(vault.opened([mine, opinion]).values()) == {"已限制处理"}
    vault.restrict(MO, restricted=False)
    assert vault.opened([mine, opinion]) == {mine: "莫文", opinion: "意见"}


def test_another_process_notices_an_erasure_within_a_second(store: SqlKeyStore) -> None:
    clock = Clock()
    here, there = Vault(lambda: store), Vault(lambda: store, clock)
    token = one(here)
    assert there.opened([token]) == {token: "莫文"}
    here.destroy(MO, AT)
    clock.now += FRESH_SECONDS
    assert there.opened([token]) == {token: "已依法删除"}


def test_a_key_store_that_is_away_shows_nothing_rather_than_everything(store: SqlKeyStore) -> None:
    clock = Clock()
    vault = Vault(lambda: store, clock)
    token = one(vault)
    with store.engine.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE state RENAME TO gone")
    assert vault.opened([token]) == {token: "莫文"}, "for a second it goes on"
    clock.now += FRESH_SECONDS
    with pytest.raises(KeysUnavailable):
        vault.opened([token])


def test_a_page_is_opened_with_one_question_however_long(store: SqlKeyStore) -> None:
    names = [(f"person:p{n}", "", f"姓名{n}") for n in range(300)]
    rows = [Page(name_zh=token, name_en="", plain=token) for token in Vault(lambda: store).sealed(names)]
    asked: list[str] = []
    events.listen(store.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    fresh = Vault(lambda: store)
    assert open_page(rows, fresh)
    assert [row.name_zh for row in rows] == [text for _, _, text in names]
    assert len([statement for statement in asked if re.search(r"FROM keys", statement)]) == 1
    asked.clear()
    again = [Page(name_zh=row.plain, name_en="", plain="") for row in rows]
    assert open_page(again, fresh)
    assert asked == []


def test_only_what_a_page_declares_is_opened_each_in_its_language(vault: Vault) -> None:
    token = one(vault)
    page = Page(name_zh=token, name_en=token, plain=token)
    vault.destroy(MO, AT)
    open_page([{"not": "a page"}, page], vault)
    assert page == Page(name_zh="已依法删除", name_en="erased", plain=token)


def test_an_event_is_sealed_where_it_says_so_and_opens_to_what_it_was(vault: Vault) -> None:
    said = Said(who="mo-wen", words="你好", about="事", topic="t1", plain="公开")
    quiet = Said(who="he-tao", words="")
    (sealed, untouched) = Sealing(vault).sealed([said, quiet])
    assert (sealed.who, sealed.topic, sealed.plain) == ("mo-wen", "t1", "公开")
    assert TOKEN.fullmatch(sealed.words)
    assert TOKEN.fullmatch(sealed.about)
    assert untouched == quiet
    assert Sealing(vault).opened([sealed, untouched]) == [said, quiet]


def test_a_text_that_passes_for_a_token_is_refused(vault: Vault) -> None:
    """Else whoever finds another's token could have it opened on a page of their own."""
    stolen = one(vault)
    with pytest.raises(Refused) as refusal:
        Sealing(vault).sealed([Said(who="he-tao", words=stolen)])
    assert refusal.value.code == "INVALID"


def test_what_belongs_to_nobody_is_not_sealed_under_a_common_key(vault: Vault) -> None:
    with pytest.raises(ValueError, match="belongs to nobody"):
        Sealing(vault).sealed([Said(who="", words="你好")])


def test_rotation_brings_every_key_under_the_new_secret(store: SqlKeyStore) -> None:
    tokens = Vault(lambda: store).sealed([(f"person:p{n}", "", f"姓名{n}") for n in range(7)])
    fingerprint = Vault(lambda: store).fingerprint("a")
    both = SqlKeyStore(store.engine, Wrapping.of(OTHER, (SECRET,)))
    assert list(both.rotate(batch=3))[-1] == (7, 7)
    renewed = Vault(lambda: SqlKeyStore(store.engine, Wrapping.of(OTHER)))
    assert sorted(renewed.opened(tokens).values()) == sorted(f"姓名{n}" for n in range(7))
    assert renewed.fingerprint("a") == fingerprint
    with pytest.raises(WrongSecret):
        Vault(lambda: SqlKeyStore(store.engine, Wrapping.of(SECRET))).opened(tokens)


def test_a_wrong_secret_is_noticed_before_anything_is_sealed(store: SqlKeyStore) -> None:
    with pytest.raises(WrongSecret):
        one(Vault(lambda: SqlKeyStore(store.engine, Wrapping.of(OTHER))))
    with pytest.raises(SecretTooWeak):
        Wrapping.of("short")


def test_a_backup_comes_back_without_what_has_been_forgotten_since(store: SqlKeyStore) -> None:
    vault = Vault(lambda: store)
    kept, erased, late = (
        one(vault),
        one(vault, "何涛", "person:he-tao"),
        one(vault, "意见", "opinion:1", "person:he-tao"),
    )
    backup = json.loads(json.dumps(list(store.export())))
    vault.destroy("person:he-tao", AT)
    assert store.import_(iter(backup)) == 3
    vault.forget()
    assert vault.opened([kept, erased, late]) == {kept: "莫文", erased: "已依法删除", late: "已依法删除"}


def test_a_fingerprint_is_keyed_and_lasts(vault: Vault, store: SqlKeyStore, tmp_path: Path) -> None:
    assert vault.fingerprint({"a": 1, "b": 2}) == Vault(lambda: store).fingerprint({"b": 2, "a": 1})
    assert vault.fingerprint("ab", "c") != vault.fingerprint("a", "bc")
    assert vault.fingerprint("ab") != vault_in(tmp_path).fingerprint("ab")


def test_a_destroyed_key_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    store = SqlKeyStore(sqlite_engine(tmp_path / "keys.sqlite"), Wrapping.of(SECRET))
    vault = Vault(lambda: store)
    one(vault)
    (row,) = [row for row in store.export() if row["table"] == "keys"]
    wrapped = base64.b64decode(row["wrapped"])
    assert any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
    vault.destroy(MO, AT)
    assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
