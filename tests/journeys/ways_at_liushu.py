"""S02's variants: one publication each by document, briefing, reading-room shelf and intranet, and by touch screen.

A part of the story of the quarter; :func:`tell` goes from 2026-04-14 to 04-16.
"""

from typing import Any

from tests.journeys.dues_at_liushu import PUBLICATION, settled
from tests.journeys.people import World
from tests.journeys.stepping import Stepping

INTRANET = {"channel": "intranet", "url": "http://intranet.fengyang.example/1"}
DOCUMENT: dict[str, Any] = {"channel": "document", "number": "柳支〔2026〕4号", "distribution": ["各党小组"]}
BRIEFING: dict[str, Any] = {"channel": "briefing", "issue": "2026年第4期", "recipients": ["全体党员"]}
SHELF = {"channel": "reading-room", "place": "文件阅览室", "shelf": "乙-3"}
KIOSK = {"channel": "touch-screen", "device": "hall-1"}
HELP = "FY-R1/6.5"


def tell(world: World) -> None:
    world.it_is("2026-04-14T09:00")
    april_14_four_ways_inside(world)
    entered_in_the_reading_room(world)
    april_16_on_the_touch_screen(world)


def shown(world: World, words: dict[str, Any], *channels: dict[str, Any]) -> str:
    """Approved by Wang and shown inside by these channels; the disclosure."""
    return stepped(world, words, *channels).id


def stepped(world: World, words: dict[str, Any], *channels: dict[str, Any]) -> Stepping:
    made = Stepping.approved(world, {"summary": words["text"]} | words, "wang-jianjun")
    made.moves("ma-xiaoyan", "release-inside", {"channels": list(channels)})
    settled(world)
    return made


def april_14_four_ways_inside(world: World) -> None:  # PUB-02 PUB-06 PUB-07 PUB-08 PUB-10
    for number, channel in enumerate((DOCUMENT, BRIEFING, SHELF, INTRANET), start=1):
        words = {"item": HELP, "title": f"困难党员帮扶第{number}批", "text": f"第{number}批帮扶2户。"}
        made = shown(world, words, channel)
        page = world("chen-xiuying").get(f"{PUBLICATION}/shown/{made}")
        (way,) = page["channels"]
        assert channel.items() <= way.items()
        assert page["feedback"]["kind"] == "comment"
        world("zhou-dahai").finds_nothing(f"{PUBLICATION}/shown/{made}")


def entered_in_the_reading_room(world: World) -> None:  # PUB-10 A-29
    """Who has read it on the shelf is entered afterwards, and stays on the desk."""
    made = stepped(world, {"item": HELP, "title": "帮扶台账", "text": "台账在架。"}, SHELF)
    read = [{"on": "2026-04-14", "reader": "chen-xiuying"}]
    made.moves("ma-xiaoyan", "evidence", {"version": 1, "side": "inside", "place": 0, "reads": read})
    settled(world)
    (row,) = world("guo-changfu").get(f"{PUBLICATION}/disclosures/{made.id}/evidence")
    assert row["later"][0]["reads"] == read
    world("zhou-dahai").finds_nothing(f"{PUBLICATION}/disclosures/{made.id}/evidence")


def april_16_on_the_touch_screen(world: World) -> None:  # PUB-03 PUB-14 PUB-32
    made = stepped(world, {"item": HELP, "title": "帮扶结果", "text": "全部到户。"}, DOCUMENT)
    assert world("chen-xiuying").get(f"{PUBLICATION}/kiosk/hall-1") == []
    world.it_is("2026-04-16T10:00")
    made.moves("ma-xiaoyan", "release-outside", {"channels": [KIOSK]})
    settled(world)
    (entry,) = world("anyone").get(f"{PUBLICATION}/kiosk/hall-1")
    assert (entry["title"], entry["plain"]) == ("帮扶结果", "全部到户。")
