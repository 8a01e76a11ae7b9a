"""The drawings: kept pictures, escapes, budgets, and what must hold of any of them."""

from __future__ import annotations

import ast
import gzip
import itertools
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given

from simpleflow.web.adapter import run_of
from simpleflow.web.charts import chart, columns
from simpleflow.web.drawing import (
    Theme,
    definitions,
    draw_graph,
    draw_histogram,
    draw_spent,
    draw_strip,
    draw_timeline,
    el,
    joined,
    stylesheet,
)
from simpleflow.web.files import Picture, graph_svg, report_html, timeline_svg
from simpleflow.web.insight import histogram
from simpleflow.web.notations import dot, mermaid
from simpleflow.web.runs import Attempt, Run, State
from swf.lifecycle import fold
from tests.service.recording import FOLDER, Recording
from tests.web import golden, histories
from tests.web.histories import drawn
from tests.web.strategies import a_random_run, runs
from tests.web.test_insight import a_run, a_task

PLAYS = {
    "diamond": histories.diamond,
    "order": histories.order,
    "map-of-fifty-failed": histories.report,
    "sequence": histories.sequence,
    "delayed-retry": histories.delayed,
    "waiting": histories.waiting,
    "edges-inferred": histories.told_nothing,
    "crawl-running": lambda: histories.crawl(150, until=7.0),
}
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title></svg><script>",
    "]]><!--",
    "&lt;b&gt; &amp;&#x3c;",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a\0b\x1b[31m\ud800\ufffe",
    "`${alert(1)}`",
    'x" onload="alert(1)',
    "--></g></svg><iframe src=//evil>",
    "url(#x);}*{display:none}",
]
FIELDS = ("workflow_id", "run_id", "type", "version", "task_list", "result", "reason", "details")


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("name", PLAYS)
def test_the_pictures_are_those_that_were_looked_at(name: str) -> None:
    picture = Picture(drawn(PLAYS[name]()))
    golden.check(f"{name}-graph.svg", graph_svg(picture))
    golden.check(f"{name}-timeline.svg", timeline_svg(picture))
    text = chart(picture.run, picture.sentence, picture.spent, picture.rows, width=100)
    golden.check(f"{name}.txt", text)
    golden.check(f"{name}.mermaid", mermaid(picture.graph, picture.run))
    golden.check(f"{name}.dot", dot(picture.graph, picture.run))


def test_idle_time_is_folded_as_it_was_looked_at() -> None:
    picture = Picture(drawn(histories.patient()))
    golden.check("patient-folded.svg", timeline_svg(picture, is_folded=True))
    folds = picture.folds
    text = chart(picture.run, picture.sentence, picture.spent, picture.rows, width=100, folds=folds)
    golden.check("patient-folded.txt", text)


RECORDED = sorted(
    path.stem for path in FOLDER.glob("*.json") if Recording.read(path.stem).all("GetWorkflowExecutionHistory")
)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_histories_of_amazon_are_drawn(name: str) -> None:
    """Other deciders, other notations, years ago."""
    events = Recording.read(name).history
    run = run_of(fold(events), domain="d", workflow_id=name, run_id="r", now=events[-1].timestamp)
    picture = Picture(run)
    for text in (graph_svg(picture), timeline_svg(picture)):
        parsed(text)
    golden.check(f"recorded-{name}.txt", chart(run, picture.sentence, picture.spent, picture.rows, width=100))
    golden.check(f"recorded-{name}.mermaid", mermaid(picture.graph, run))


def test_the_page_is_the_one_that_was_looked_at() -> None:
    golden.check("order.html", report_html(Picture(drawn(histories.order()))))


def test_small_drawings_are_those_that_were_looked_at() -> None:
    states = itertools.cycle([State.COMPLETED, State.COMPLETED, State.FAILED, State.RUNNING])
    bars = histogram(((at * 1.7 % 100, next(states)) for at in range(200)), since=0, until=100)
    golden.check("histogram.svg", draw_histogram(bars))
    golden.check("strip.svg", draw_strip(10, 60, 0, 100, State.TIMED_OUT))
    golden.check("spent.svg", draw_spent(Picture(drawn(histories.order())).spent))


@given(runs())
def test_any_run_can_be_drawn_and_twice_the_same(run: Run) -> None:
    texts = everything(run)
    assert everything(run) == texts
    for text in texts[:5]:
        root = parsed(text)
        for element in root.iter():
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)
        for part in re.findall(r'"(-?[\d.]+)%"', text):
            assert 0 <= float(part) <= 100
        assert "nan" not in re.sub(r">[^<]*<", "><", text)


def everything(run: Run) -> list[str]:
    picture = Picture(run)
    return [
        graph_svg(picture),
        graph_svg(picture, theme="dark", downwards=True),
        timeline_svg(picture),
        timeline_svg(picture, is_folded=True),
        draw_spent(picture.spent),
        report_html(picture),
        chart(run, picture.sentence, picture.spent, picture.rows),
        mermaid(picture.graph, picture.run),
        dot(picture.graph, picture.run),
    ]


@given(runs())
@example(a_random_run(1374, 0))
def test_a_chart_is_never_wider_than_it_may_be(run: Run) -> None:
    picture = Picture(run)
    for folds in ((), picture.folds):
        lines = chart(run, picture.sentence, picture.spent, picture.rows, width=90, folds=folds).splitlines()
        for line in lines[lines.index("") :]:
            if not line.startswith("No task"):
                assert columns(line) <= 90


def test_what_was_never_started_and_what_was_not_finished_are_drawn_as_such() -> None:
    """A task shown as running in a run that has ended is the worst a picture can say."""
    never = Attempt(0, None, 40, State.TIMED_OUT, "SCHEDULE_TO_START", None, None, 1)
    group = [
        a_task(f"p{i}", 10, None if i > 5 else 50, name="p", state=State.UNFINISHED if i > 5 else State.COMPLETED)
        for i in range(9)
    ]
    left = a_task("left", 20, None, state=State.UNFINISHED)
    late = a_task("late", 0, 40, attempts=(never,), state=State.TIMED_OUT)
    picture = Picture(a_run(late, left, *group, close=100.0, state=State.TIMED_OUT, reason="START_TO_CLOSE"))
    for text in (graph_svg(picture, theme="light"), timeline_svg(picture, theme="light")):
        used = text.split("</defs>")[1]
        assert "f-running" not in used
        assert "url(#sf-unfinished)" in used
    assert "3 not finished" in graph_svg(picture)
    assert "failed" not in mermaid(picture.graph, picture.run)
    lines = chart(picture.run, picture.sentence, picture.spent, picture.rows).splitlines()
    (line,) = [line for line in lines if "◷ late" in line]
    assert line.count("▒") == 1
    assert "─" in line


def infected(run: Run, attack: str) -> Run:
    """*run* with the text in every field that may hold foreign text."""
    tasks = [
        msgspec.structs.replace(
            task,
            id=f"{attack}{task.id}",
            name=f"{task.name}{attack}",
            version=attack,
            after=tuple(f"signal-{attack}" if id.startswith("signal-") else f"{attack}{id}" for id in task.after),
            attempts=tuple(
                msgspec.structs.replace(each, reason=attack, details=attack, worker=attack) for each in task.attempts
            ),
            input=attack,
            result=attack,
            task_list=attack,
            run_id=attack,
        )
        for task in run.tasks
    ]
    signals = [msgspec.structs.replace(signal, name=attack, input=attack, sender=attack) for signal in run.signals]
    decisions = [msgspec.structs.replace(decision, worker=attack) for decision in run.decisions]
    awaited = tuple(f"{attack}{name}" for name in run.awaited)
    texts = dict.fromkeys(FIELDS, attack)
    made = {"tasks": tuple(tasks), "signals": tuple(signals), "decisions": tuple(decisions), "awaited": awaited}
    return msgspec.structs.replace(run, tags=(attack,), **made, **texts)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(text)
    return parser.tags


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
@pytest.mark.parametrize("play", [histories.order, histories.report, histories.waiting])
def test_foreign_text_stays_text_in_every_field(attack: str, play: object) -> None:
    """Elements and their attributes are the same as with harmless text."""
    run = drawn(play())  # type: ignore[operator]
    harmless, harmful = (Picture(infected(run, text)) for text in ("harmless", attack))
    for draw in (report_html, graph_svg, timeline_svg):
        assert tags(draw(harmful)) == tags(draw(harmless))
    for picture in (harmful, harmless):
        first = picture.run.tasks[0].id
        parsed(draw_graph(picture.graph, picture.run, href="/x?task={}".format))
        parsed(
            draw_timeline(
                picture.run, picture.rows, picture.path, picture.whole.scale, href="/x?task={}".format, selected=first
            )
        )
        parsed(graph_svg(picture))
        parsed(timeline_svg(picture))
    lines = mermaid(harmful.graph, harmful.run).splitlines()
    assert len(lines) == len(mermaid(harmless.graph, harmless.run).splitlines())
    assert all(re.fullmatch(r'[^"]*|[^"]*"[^"<>`]*<br/>[^"<>`]*"[^"]*', line) for line in lines)
    assert len(dot(harmful.graph, harmful.run).splitlines()) == len(dot(harmless.graph, harmless.run).splitlines())
    text = chart(harmful.run, harmful.sentence, harmful.spent, harmful.rows)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_el_escapes_and_refuses_what_a_strict_policy_forbids() -> None:
    assert el("text", {"x": 1.50, "class": None, "hidden": False, "id": 'a"\n<'}, "<&>", el("b")) == (
        '<text x="1.5" id="a&quot;&#10;&lt;">&lt;&amp;&gt;<b/></text>'
    )
    for attributes in ({"style": "x"}, {"onload": "x"}, {"a b": "x"}):
        with pytest.raises(AssertionError):
            el("g", attributes)


def test_only_one_module_makes_markup() -> None:
    """No other literal of the drawing rooms has an angle bracket, but for texts that say less than one percent."""
    folder = Path(__file__).resolve().parents[2] / "src" / "simpleflow" / "web"
    for path in [*folder.glob("drawing/*.py"), folder / "files.py", *folder.glob("insight/*.py")]:
        if path.name == "markup.py":
            continue
        tree = ast.parse(path.read_text())
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                assert "<" not in node.value.replace("< 1 %", ""), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("theme", ["light", "dark", "auto", "page"])
def test_the_rules_name_every_colour_and_nothing_from_outside(theme: Theme) -> None:
    css = stylesheet(theme, with_page=True)
    assert "$" not in css
    assert "url(" not in css
    assert "@import" not in css
    assert ("light-dark(" in css) == (theme == "page")
    assert css.count("{") == css.count("}")


def test_a_file_needs_nothing_from_outside() -> None:
    picture = Picture(drawn(histories.order()))
    page = report_html(picture)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)
    assert "style-src 'sha256-" in page
    for svg in (graph_svg(picture), timeline_svg(picture)):
        assert set(re.findall(r"https?://[^\"]+", svg)) == {"http://www.w3.org/2000/svg"}


def test_every_texture_that_is_used_is_defined() -> None:
    text = definitions("x") + timeline_svg(Picture(drawn(histories.order())))
    assert {"x-failed", "x-timed_out", "x-unfinished"} <= set(re.findall(r'id="([^"]+)"', text))
    defined = set(re.findall(r'id="(sf-[^"]+)"', text))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= defined


def test_three_thousand_tasks_cost_a_few_kilobytes() -> None:
    """The gates: 80 KB of HTML, 15 KB compressed, 1,000 nodes; here for a page without its table of events."""
    picture = Picture(drawn(histories.crawl(1000)))
    assert len(picture.run.tasks) == 3003
    page = report_html(picture)
    assert len(page.encode()) < 40_000
    assert len(gzip.compress(page.encode())) < 10_000
    assert len(tags(page)) < 500
    assert len(picture.rows) == 6
    assert len(picture.graph.nodes) == 6
    golden.check("crawl-graph.svg", graph_svg(picture))
    golden.check("crawl-timeline.svg", timeline_svg(picture))
    golden.check("crawl.txt", chart(picture.run, picture.sentence, picture.spent, picture.rows, width=100))


def test_nothing_joined_is_nothing() -> None:
    assert joined([]) == ""
