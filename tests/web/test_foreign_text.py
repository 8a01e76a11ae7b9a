"""Texts of others that try to be more than text: five hundred of them, in every field that may hold one."""

from __future__ import annotations

import re

from simpleflow.web.app import ACTIONS
from simpleflow.web.assets import assets
from simpleflow.web.files import Picture, graph_svg
from simpleflow.web.pages import execution
from simpleflow.web.pages.execution import Chosen, Shown
from simpleflow.web.pages.exported import exported
from simpleflow.web.pages.shell import Site, Where
from tests.web import histories
from tests.web.histories import drawn
from tests.web.test_drawing import infected

SITE = Site("here", False, "", ACTIONS, {name: f"/static/{name}" for name in assets()})
WAYS_OUT = [
    *("", '"', "'", ">", "<", '">', "'>", '"/>', "-->", "--!>", "]]>", "</text>", "</title>", "</style>", "</script>"),
    *("</svg>", "</a>", "</textarea>", "</pre>", "\\", '\\"', "&quot;>", "&#34;>", "\0>", "\x85"),
]
PAYLOADS = [
    *("<script>alert(1)</script>", "<ScRiPt\n>alert(1)//", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>"),
    *(
        "<svg><animate onbegin=alert(1) attributeName=x>",
        "<iframe srcdoc=&lt;script&gt;>",
        "<body onpageshow=alert(1)>",
    ),
    *(
        "<a href=javascript:alert(1)>",
        "<math><mi xlink:href=data:,x>",
        "<base href=//evil>",
        "<meta charset=x>",
    ),
    *("<link rel=stylesheet href=//evil>", "<style>*{x:expression(1)}", "<details open ontoggle=alert(1)>", "<!--<x"),
    *(
        "<![CDATA[<x>",
        "<?xml-stylesheet href=x?>",
        " onfocus=alert(1) autofocus ",
        " style=position:fixed ",
        "<!ENTITY x>",
    ),
]


ELEMENT = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')
VALUE = re.compile(r'"[^"]*"')


def marks(page: str) -> list[str]:
    """All beginnings and ends of elements, with the names of their attributes; as a browser finds them, but faster."""
    return [VALUE.sub("", each) for each in ELEMENT.findall(page)]


def test_500_ways_to_break_out_lead_nowhere_from_any_field() -> None:
    """Of a drawing, of the page of an execution and of the file that it is exported to."""
    attacks = [way + payload for way in WAYS_OUT for payload in PAYLOADS]
    assert len(set(attacks)) == 500
    run = drawn(histories.waiting())

    def pages(text: str) -> list[str]:
        shown = Shown(Picture(infected(run, text)), (), Chosen(text=text))
        return [
            graph_svg(shown.picture),
            execution.whole(SITE, Where(text, search=text), shown),
            exported(shown, "", text),
        ]

    harmless = [marks(page) for page in pages("harmless")]
    for attack in attacks:
        assert [marks(page) for page in pages(attack)] == harmless, attack
