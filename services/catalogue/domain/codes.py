"""The code lists: 8 categories with 50 sub-items (requirements 1.2), the channels, and who sees which scope.

The usual kind and scope of a sub-item are proposals; a template may say otherwise (``domain/advice.py``). A unit may
add items of its own behind the listed ones of a category: ``3.12`` follows 3.11 (CAT-21).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.catalogue.events import Cycle, LimitKind
from shared.scope import Scope

CATEGORIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "C1": ("党组织决议、决定及执行情况", "Party resolutions, decisions and implementation"),
        "C2": ("党的思想建设情况", "Ideological construction of the Party"),
        "C3": ("党的组织管理情况", "Party organisation and management"),
        "C4": ("领导班子建设情况", "Construction of leading bodies"),
        "C5": ("干部选任和管理情况", "Selection and management of cadres"),
        "C6": ("联系和服务党员、群众情况", "Contact and service of members and masses"),
        "C7": ("党风廉政建设情况", "Building clean government"),
        "C8": ("其他应当公开的事项", "Other matters that should be made public"),
    }
)


@dataclass(frozen=True, slots=True)
class SubItem:
    code: str
    title_zh: str
    title_en: str
    kind: LimitKind
    scope: str
    cycle: Cycle = ""

    @property
    def category(self) -> str:
        return f"C{self.code.split('.')[0]}"


_BOTH, _IN, _OUT = "inside-then-outside", "inside", "outside"
_ROWS: tuple[tuple[str, str, str, LimitKind, str], ...] = (
    ("1.1", "贯彻执行中央方针政策情况", "Implementing the central principles and policies", "long-term", _OUT),
    ("1.2", "上级党组织决议、决定和工作部署情况", "Decisions and arrangements of higher levels", "immediate", _BOTH),
    ("1.3", "本级党组织重要决策及执行情况", "Important decisions and their implementation", "immediate", _BOTH),
    ("1.4", "任期工作目标", "Work objectives during the term of office", "long-term", _OUT),
    ("1.5", "阶段性工作部署", "Phased work deployment", "staged", _BOTH),
    ("1.6", "工作任务及落实情况", "Work tasks and their implementation", "staged", _BOTH),
    ("2.1", "开展思想政治工作情况", "Ideological and political work", "periodic", _IN),
    ("2.2", "理论学习计划及落实情况", "Theoretical study plan and implementation", "staged", _IN),
    ("2.3", "党员干部教育培训计划及落实情况", "Education and training of cadres and members", "staged", _IN),
    ("3.1", "党组织设置情况", "Establishment of the organisation", "long-term", _OUT),
    ("3.2", "主要职责", "Main responsibilities", "long-term", _OUT),
    ("3.3", "机构调整情况", "Institutional adjustment", "immediate", _OUT),
    ("3.4", "换届选举情况", "Term election", "staged", _BOTH),
    ("3.5", "年度党组织建设活动安排及落实情况", "Annual organisation-building activities", "staged", _IN),
    ("3.6", "发展党员情况", "Development of Party members", "periodic", _BOTH),
    ("3.7", "民主评议情况", "Democratic appraisal", "periodic", _IN),
    ("3.8", "创先争优情况", "Striving for excellence", "staged", _BOTH),
    ("3.9", "党费收缴、管理和使用情况", "Collection, management and use of Party dues", "periodic", _BOTH),
    ("3.10", "党务工作经费管理使用情况", "Management and use of Party work funds", "periodic", _IN),
    ("3.11", "党员权利保障情况", "Protection of members' rights", "periodic", _IN),
    ("4.1", "领导班子职责分工", "Division of responsibilities of the leading group", "long-term", _OUT),
    ("4.2", "议事规则和决策程序", "Rules of procedure and decision-making procedures", "long-term", _OUT),
    ("4.3", "执行民主集中制情况", "Implementation of democratic centralism", "periodic", _IN),
    ("4.4", "召开民主生活会情况", "Democratic life meetings", "immediate", _IN),
    ("4.5", "年度考核及评议情况", "Annual assessment and evaluation", "periodic", _IN),
    ("4.6", "班子成员参加党组织活动情况", "Leading members' participation in activities", "periodic", _IN),
    ("5.1", "公推公选(公推直选)", "Selection: public promotion and election", "immediate", _OUT),
    ("5.2", "竞争上岗", "Selection: competition for posts", "immediate", _OUT),
    ("5.3", "轮岗交流", "Selection: rotation exchange", "immediate", _IN),
    ("5.4", "考察预告", "Appointment: inspection notice", "immediate", _BOTH),
    ("5.5", "任前公示", "Appointment: pre-appointment publicity", "immediate", _OUT),
    ("5.6", "干部任免", "Appointment and dismissal", "immediate", _OUT),
    ("5.7", "招录(录用)", "Management: recruitment", "immediate", _OUT),
    ("5.8", "考核", "Management: assessment", "periodic", _IN),
    ("5.9", "奖惩", "Management: rewards and punishments", "immediate", _IN),
    ("5.10", "培训", "Management: training", "periodic", _IN),
    ("5.11", "干部监督制度及落实情况", "Supervision system and its implementation", "long-term", _IN),
    ("6.1", "听取、反映和采纳党员群众意见建议情况", "Listening to and adopting opinions", "periodic", _BOTH),
    ("6.2", "帮助解决生产生活实际困难情况", "Helping with difficulties in production and life", "periodic", _OUT),
    ("6.3", "来信来访接待处理情况", "Letters and visits", "periodic", _OUT),
    ("6.4", "矛盾纠纷排查化解情况", "Resolving contradictions and disputes", "immediate", _OUT),
    ("6.5", "涉及党员群众切身利益重要事项办理情况", "Important matters involving vital interests", "immediate", _OUT),
    ("7.1", "惩治和预防腐败体系建设情况", "System for punishing and preventing corruption", "long-term", _IN),
    ("7.2", "落实党风廉政建设责任制情况", "Responsibility system for clean government", "periodic", _IN),
    ("7.3", "廉政教育和廉政文化建设情况", "Education and culture of clean government", "staged", _OUT),
    ("7.4", "执行廉洁自律规定情况", "Rules of clean self-discipline", "periodic", _IN),
    ("7.5", "执行党内监督制度情况", "Inner-Party supervision system", "periodic", _IN),
    ("7.6", "廉政风险防控情况", "Prevention of clean-government risks", "periodic", _BOTH),
    ("7.7", "违纪党员处理情况", "Dealing with members who violate discipline", "immediate", _IN),
    ("8.1", "其他应当公开的事项", "Other matters that should be made public", "immediate", _BOTH),
)  # fmt: skip
_YEARLY = frozenset({"3.7", "4.5", "5.8"})


def _cycle(code: str, kind: LimitKind) -> Cycle:
    if kind != "periodic":
        return ""
    return "yearly" if code in _YEARLY else "quarterly"


SUB_ITEMS: Mapping[str, SubItem] = MappingProxyType(
    {row[0]: SubItem(*row, cycle=_cycle(row[0], row[3])) for row in _ROWS}
)

_NUMBERED = re.compile(r"[1-8]\.[1-9][0-9]?")

INSIDE_CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "meeting": "党员大会",
        "document": "文件",
        "briefing": "简报",
        "intranet": "内网",
        "activity-room-board": "党员活动室公示栏",
        "reading-room": "文件阅览室",
    }
)
PUBLIC_CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "public-column": "党务公开栏",
        "website": "党建网站",
        "led": "LED显示屏",
        "touch-screen": "电子触摸屏",
        "news-media": "新闻媒体",
    }
)
PARAMETER_INSIDE_CHANNELS = "channels.inside"  # a town's own channels, comma separated
PARAMETER_PUBLIC_CHANNELS = "channels.public"


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels a town has: the code list and its own."""

    inside: frozenset[str] = frozenset(INSIDE_CHANNELS)
    public: frozenset[str] = frozenset(PUBLIC_CHANNELS)

    def with_own(self, inside: Iterable[str], public: Iterable[str]) -> "Channels":
        return Channels(self.inside | frozenset(inside), self.public | frozenset(public))


def usual_outside(sub_item: str) -> Scope:
    """An inspection notice goes to the unit's staff and masses, everything else to society (requirements 1.2)."""
    return Scope.UNIT_STAFF if sub_item == "5.4" else Scope.SOCIETY


def category_of(sub_item: str) -> str:
    return f"C{sub_item.split('.')[0]}"


def is_extra(sub_item: str) -> bool:
    """Whether it is an added item: numbered behind the listed ones of its category.

    >>> is_extra("3.12"), is_extra("3.11"), is_extra("9.1"), is_extra("3.012")
    (True, False, False, False)
    """
    return _NUMBERED.fullmatch(sub_item) is not None and sub_item not in SUB_ITEMS


def place_of(sub_item: str) -> tuple[int, int]:
    """Where it stands in a catalogue: 3.9 before 3.10."""
    category, _, number = sub_item.partition(".")
    return int(category), int(number)
