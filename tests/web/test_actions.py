"""What the pages change: forms that come back with what was typed, and what the service has got in the end."""

from __future__ import annotations

import html
import json
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from simpleflow.cli.app import run
from simpleflow.web.answers.web import Changing, of_account
from swf.exceptions import Unreachable
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.faults import AccessDeniedException, ThrottlingException
from swf.protocol.values import ChildPolicy, TaskList, WorkflowExecution
from swf.server import ManualClock, open_service
from tests.web.histories import START, Play, Step
from tests.web.world import BASE, World, pages_of

HERE = {"origin": BASE}


class Site:
    """Pages of a service with one open execution, *order*, and a failed one, *report*."""

    def __init__(self, path: str | None = None, start: float = START, **more: Any) -> None:
        self.service = open_service(path, clock=ManualClock(start))
        pieces = [f"activity-aggregate-{number}" for number in range(1, 6)]
        steps = [
            Step("list"),
            *(Step("aggregate", ["activity-list-1"]) for _ in pieces),
            Step("merge", pieces),
            Step("publish", ["activity-merge-1"], [("failed", 1.0)]),
        ]
        failing = Play(
            steps, fails_with="publish failed", type="reports.DailyReport", workflow_id="report", on=self.service
        )
        failing.play()
        waiting = [Step("ask"), Step("pay", ["activity-ask-1", "signal-approval"])]
        Play(waiting, until=20.0, on=self.service, workflow_id="order").play()
        self.world: World = pages_of(self.service, **more)

    def form(self, path: str) -> str:
        answer = self.world.get(path)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def send(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        """What is answered to a form, with the token of a page."""
        page = self.world.get("/shop/start").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        return self.world.browser.post(
            path, data={"token": token, **fields}, headers={**HERE, **(headers or {})}, follow_redirects=False
        )

    def events(self, workflow_id: str) -> list[Any]:
        name = WorkflowExecution(workflow_id=workflow_id, run_id=self.world.run_id(workflow_id))
        page = self.world.client.client.call(o.GetWorkflowExecutionHistory(domain="shop", execution=name))
        return wire.decode_events(page.events)

    def last(self, workflow_id: str, type: str) -> Any:
        return [event for event in self.events(workflow_id) if event.type == type][-1].attributes


@pytest.fixture
def site() -> Iterator[Site]:
    it = Site()
    yield it
    it.service.close()


def test_a_signal_is_sent_and_the_next_page_says_so_once(site: Site) -> None:
    answer = site.send(site.world.path("order", "signal"), name="approval", input='{"by": "eve", "é": [1]}')

    assert answer.status_code == 303
    assert answer.headers["location"] == site.world.path("order")
    page = site.world.get(answer.headers["location"]).text
    assert "The signal 'approval' was sent to order." in page
    assert "was sent to order" not in site.world.get(answer.headers["location"]).text
    signaled = site.last("order", "WorkflowExecutionSignaled")
    assert (signaled.signal_name, json.loads(signaled.input)) == ("approval", {"by": "eve", "é": [1]})


def test_what_cannot_be_seen_comes_back_as_it_was_typed(site: Site) -> None:
    """A form that is sent again sends the same; and so does the command beside it."""
    name, input, reason = "\u200f'go\u00ad\\", '"\ufeff', "\U000e0041 & so on"
    page = site.send(site.world.path("order", "signal"), name=name, input=input).text
    assert html.unescape(page.partition('id="f-name"')[2].partition(' value="')[2].partition('"')[0]) == name
    assert html.unescape(page.partition("<textarea")[2].partition(">")[2].partition("<")[0]) == input
    (command,) = commands(page)
    assert command.endswith(r"""--name $'\u200f\'go\u00ad\\' --input $'"\ufeff'""")
    site.world.client.faults["TerminateWorkflowExecution"] = AccessDeniedException("not yet")
    page = site.send(site.world.path("order", "terminate"), reason=reason).text
    assert html.unescape(page.partition('id="f-reason"')[2].partition(' value="')[2].partition('"')[0]) == reason
    assert commands(page)[0].endswith(r"""--reason $'\U000e0041 & so on'""")


def test_a_signal_without_a_value_has_no_input(site: Site) -> None:
    assert site.send(site.world.path("order", "signal"), name="approval", input=" ").status_code == 303
    assert site.last("order", "WorkflowExecutionSignaled").input is None


@pytest.mark.parametrize(
    ("name", "input", "said"),
    [
        ("approval", '{"by": eve}', "This is not JSON"),
        ("approval", "NaN", "NaN is no number of JSON"),
        ("approval", "[1e999]", "1e999, which is out of range, is no number of JSON"),
        ("approval", "[" * 100_000, "This is nested too deeply"),
        ("", "1", "A signal has a name"),
        ("a" * 257, "1", "256 are possible"),
    ],
)
def test_a_bad_form_comes_back_with_what_was_typed(site: Site, name: str, input: str, said: str) -> None:
    answer = site.send(site.world.path("order", "signal"), name=name, input=input)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert f">{html.escape(input, quote=False)}</textarea>" in answer.text
    assert f'value="{name}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "WorkflowExecutionSignaled" not in [event.type for event in site.events("order")]


def test_the_signal_that_is_waited_for_is_suggested(site: Site) -> None:
    assert 'name="name"' in (form := site.form(site.world.path("order", "signal")))
    assert 'value="approval"' in form
    assert "it waits for this one" in form


def test_a_request_to_cancel_is_recorded(site: Site) -> None:
    assert site.send(site.world.path("order", "cancel")).status_code == 303
    assert site.events("order")[-2].type == "WorkflowExecutionCancelRequested"
    assert "It was asked already" in site.form(site.world.path("order", "cancel"))


def test_an_execution_is_terminated_with_reason_and_child_policy(site: Site) -> None:
    path = site.world.path("order")
    answer = site.send(f"{path}/terminate", reason="wrong order", details="see mail", children="ABANDON")

    assert "was terminated" in site.world.get(answer.headers["location"]).text
    ended = site.last("order", "WorkflowExecutionTerminated")
    assert (ended.reason, ended.details, ended.child_policy) == ("wrong order", "see mail", ChildPolicy.ABANDON)


def test_a_policy_that_is_none_is_no_choice(site: Site) -> None:
    answer = site.send(site.world.path("order", "terminate"), children="EAT")
    assert answer.status_code == 422
    assert site.events("order")[-1].type != "WorkflowExecutionTerminated"


@pytest.mark.parametrize("verb", ["signal", "cancel", "terminate"])
def test_what_was_closed_meanwhile_is_said_and_nothing_typed_is_lost(site: Site, verb: str) -> None:
    path = site.world.path("order")
    site.send(f"{path}/terminate", reason="first")
    answer = site.send(f"{path}/{verb}", name="approval", input='"typed for long"', reason="typed too")

    assert answer.status_code == 409
    assert f"there is nothing left to {verb}" in answer.text
    if verb == "signal":
        assert "typed for long" in answer.text
    asked = site.world.get(f"{path}/{verb}")
    assert asked.status_code == 303, "there is no form for what cannot be done"
    assert f"there is nothing left to {verb}" in site.world.get(asked.headers["location"]).text


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (AccessDeniedException("not you"), 403, "swf:SignalWorkflowExecution"),
        (ThrottlingException("Rate exceeded"), 503, "Rate exceeded"),
    ],
)
def test_a_call_that_is_refused_is_told_above_what_was_typed(
    site: Site, fault: Exception, status: int, said: str
) -> None:
    site.world.client.faults["SignalWorkflowExecution"] = fault
    answer = site.send(site.world.path("order", "signal"), name="approval", input='"kept"')
    assert answer.status_code == status
    assert said in answer.text
    assert html.escape('"kept"', quote=False) in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("order/signal", {"name": "approval", "input": '"kept"'}),
        ("order/terminate", {"reason": "kept"}),
        ("start", {"type": "shop.OrderWorkflow 3", "input": '["kept"]'}),
        ("bulk/terminate", {"everything": "1", "state": "open", "reason": "kept", "sure": "1"}),
    ],
)
@pytest.mark.parametrize(("fault", "status"), [(Unreachable("nobody"), 502), (ThrottlingException("slower"), 503)])
def test_a_form_that_is_sent_while_the_service_is_silent_comes_back(
    site: Site, path: str, fields: dict[str, str], fault: Exception, status: int
) -> None:
    """Be it at the first call that it needs; and can be sent again."""
    name, _, verb = path.partition("/")
    address = site.world.path(name, verb) if name == "order" else f"/shop/{path}"
    site.world.get(site.world.path("order"))
    token = site.world.get("/shop/start").text.partition('name="token" value="')[2].partition('"')[0]
    site.world.client.faults["*"] = fault
    said = {"token": token, **fields}
    answer = site.world.browser.post(address, data=said, headers=HERE, follow_redirects=False)
    assert answer.status_code == status
    text = html.unescape(answer.text)
    assert str(fault) in text
    assert "kept" in text.partition('class="asking"')[2]
    assert 'type="submit"' in text.partition('class="asking"')[2]
    assert 'http-equiv="refresh"' not in text
    site.world.client.faults.clear()
    assert site.world.browser.post(address, data=said, headers=HERE, follow_redirects=False).status_code == 303


def test_a_script_gets_the_part_and_the_address(site: Site) -> None:
    """It opens the form in a dialog and goes on by itself."""
    part = {"X-Fragment": "1"}
    path = site.world.path("order", "signal")
    assert site.world.get(path, headers=part).text.startswith("<section")
    assert site.send(path, part, name="", input="").text.startswith("<section")
    answer = site.send(path, part, name="approval")
    assert (answer.status_code, answer.headers["location"]) == (201, site.world.path("order"))


def test_the_preview_tells_what_runs_again_and_so_it_does(site: Site) -> None:
    """All but the task that failed is reused."""
    path = site.world.path("report", "rerun")
    form = site.form(path)
    assert "7 results are reused; 1 task runs again: activity-publish-1." in form
    assert form.count('class="is-again"') == 2 + 1, "one node, in both directions, and the legend"

    answer = site.send(path, reuse="completed", workflow_id="report")
    assert answer.status_code == 303
    started = json.loads(site.events("report")[0].attributes.input)
    assert len(started["meta"]["simpleflow"]["reuse"]["results"]) == 7
    assert "7 results of report are reused" in site.world.get(answer.headers["location"]).text


def test_a_rerun_from_a_task_reuses_what_was_done_before_it(site: Site) -> None:
    path = site.world.path("report", "rerun")
    form = site.form(f"{path}?from=activity-merge-1")
    assert "6 results are reused; 2 tasks run again: activity-merge-1" in form
    assert "--from activity-merge-1" in form
    site.send(path, **{"reuse": "before", "from": "activity-merge-1", "workflow_id": "report-again"})
    started = json.loads(site.events("report-again")[0].attributes.input)
    assert len(started["meta"]["simpleflow"]["reuse"]["results"]) == 6


def test_a_rerun_of_everything_reuses_nothing(site: Site) -> None:
    path = site.world.path("report", "rerun")
    look = site.send(path, reuse="nothing", look="1", workflow_id="other")
    assert look.status_code == 200
    assert "No result is reused; 8 tasks run again" in look.text
    assert 'value="other"' in look.text, "what was typed stays"
    assert site.send(path, reuse="nothing", workflow_id="other").status_code == 303
    started = json.loads(site.events("other")[0].attributes.input)
    assert started["meta"]["simpleflow"]["reuse"]["results"] == []


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"reuse": "before", "from": "activity-nobody-9"}, 422, "There is no task 'activity-nobody-9'"),
        ({"reuse": "before", "from": ""}, 422, "Say from which task on"),
        ({"reuse": "completed", "workflow_id": ""}, 422, "An execution has an id"),
        ({"reuse": "completed", "workflow_id": "order"}, 409, "An execution of 'order' is open"),
    ],
)
def test_a_rerun_that_cannot_be_says_why(site: Site, fields: dict[str, str], status: int, said: str) -> None:
    answer = site.send(site.world.path("report", "rerun"), **{"workflow_id": "report", **fields})
    assert answer.status_code == status
    assert said in answer.text


class Replayer:
    """Says what it is told to."""

    def __init__(self, said: list[str] | ValueError) -> None:
        self.said = said
        self.asked: list[Any] = []

    def can(self, name: str, version: str, input: Any, /) -> bool:
        return True

    def differences(self, *asked: Any) -> list[str]:
        self.asked.append(asked)
        if isinstance(self.said, ValueError):
            raise self.said
        return self.said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([], "No difference in 47 events"),
        (["event 17: <b>other</b>"], "1 difference"),
        (ValueError("The code cannot be imported: no"), "cannot be imported"),
    ],
)
def test_a_replay_check_tells_the_differences(said: Any, shown: str) -> None:
    replayer = Replayer(said)
    site = Site(changing=Changing(replays=replayer))
    path = site.world.path("report", "replay")
    assert "workflow.replay" in site.form(path)
    assert not replayer.asked, "to ask is not to replay"
    answer = site.send(path)
    assert shown in answer.text
    assert "<b>" not in answer.text
    assert len(replayer.asked[0][3]) == 47
    site.service.close()


def test_a_replay_that_this_process_may_not_do_is_a_command(site: Site) -> None:
    form = site.form(site.world.path("report", "replay"))
    assert "may not import that code" in form
    assert "Replay it" not in form


def test_an_execution_is_started(site: Site) -> None:
    type = f"{quote('reports.DailyReport', safe='')} 3"
    answer = site.send("/shop/start", type=type, workflow_id="report 2", input="[1, 2]", task_list="fast", tags="a, b")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/shop/e/report%202/")
    started = site.events("report 2")[0].attributes
    assert json.loads(started.input) == {"args": [1, 2], "kwargs": {}}
    assert (started.task_list, started.tag_list) == (TaskList(name="fast"), ("a", "b"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"input": "[1"}, "This is not JSON"),
        ({"input": '{"argh": 1}'}, "The object has 'argh'"),
        ({"tags": "a,b,c,d,e,f"}, "five at most"),
        ({"type": "nothing 1"}, "not registered"),
        ({"workflow_id": "order"}, "An execution of 'order' is open"),
    ],
)
def test_what_cannot_be_started_says_why_and_keeps_the_form(site: Site, fields: dict[str, str], said: str) -> None:
    typed = {"type": "reports.DailyReport 3", "workflow_id": "w1", "input": "[]", "task_list": "", "tags": "", **fields}
    answer = site.send("/shop/start", **typed)
    assert answer.status_code in (409, 422)
    assert said in answer.text
    for name in ("input", "tags", "workflow_id"):
        assert html.escape(typed[name], quote=name != "input") in answer.text, name


def box(text: str) -> list[str]:
    """The values of the rows that can be chosen."""
    return [html.unescape(value) for value in re.findall(r'name="run" value="([^"]+)"', text)]


def open_many(site: Site, number: int) -> None:
    for each in range(number):
        site.world.start(f"many {each}", tag_list=("many",))


def test_many_are_terminated_when_their_number_is_typed(site: Site) -> None:
    open_many(site, 12)
    rows = box(site.form("/shop/?tag=many"))
    assert len(rows) == 12
    asked = site.send("/shop/bulk/terminate", run=rows)
    assert asked.status_code == 200
    assert "Type 12 to go on" in asked.text
    assert box(asked.text) == rows

    wrong = site.send("/shop/bulk/terminate", run=rows, sure="1", count="11", reason="typed")
    assert wrong.status_code == 422
    assert 'value="typed"' in wrong.text
    done = site.send("/shop/bulk/terminate", run=rows, sure="1", count="12", reason="enough")
    assert done.status_code == 303
    page = site.form(done.headers["location"])
    assert "12 of 12 were terminated" in page
    assert page.count(">Done<") == 12
    assert site.last("many 3", "WorkflowExecutionTerminated").reason == "enough"


def test_all_that_match_are_looked_for_again_when_it_is_done(site: Site) -> None:
    open_many(site, 9)
    asked = site.send("/shop/bulk/signal", everything="1", tag="many", state="open", sort="started")
    assert "9 executions that match now" in asked.text
    assert not box(asked.text)
    for each in range(2):
        site.world.start(f"late {each}", tag_list=("many",))
    sent = {"everything": "1", "tag": "many", "state": "open", "sure": "1", "name": "go", "input": "1"}
    again = site.send("/shop/bulk/signal", **sent)
    assert again.status_code == 422
    assert "These are 11 executions now" in again.text
    done = site.send("/shop/bulk/signal", **sent, count="11")
    assert "11 of 11 got the signal" in site.form(done.headers["location"])
    assert site.last("late 1", "WorkflowExecutionSignaled").signal_name == "go"


def test_each_of_many_has_its_own_result(site: Site) -> None:
    rows = box(site.form("/shop/"))
    done = site.send("/shop/bulk/cancel", run=[*rows, "nobody nothing"], sure="1")
    page = site.form(done.headers["location"])
    assert "1 of 3 were asked to cancel; 2 could not be" in page
    assert "it is closed" in page


def test_those_that_failed_run_again(site: Site) -> None:
    asked = site.send("/shop/bulk/rerun", everything="1")
    assert "Rerun 1 execution" in asked.text
    done = site.send("/shop/bulk/rerun", everything="1", sure="1")
    assert "7 results are reused" in site.form(done.headers["location"])


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/shop/bulk/choose", {}, 422),
        ("/shop/bulk/terminate", {}, 422),
        ("/shop/bulk/terminate", {"run": "no-space", "sure": "1"}, 422),
        ("/shop/bulk/terminate", {"everything": "1", "tag": "nobody", "sure": "1"}, 422),
        ("/shop/bulk/terminate", {"everything": "1", "since": "tomorrow", "sure": "1"}, 422),
        ("/shop/bulk/signal", {"run": "a b", "sure": "1", "name": "", "input": "}"}, 422),
        ("/shop/bulk/eat", {"run": "a b"}, 404),
    ],
)
def test_half_a_form_for_many_is_no_error_of_the_pages(
    site: Site, path: str, fields: dict[str, str], status: int
) -> None:
    assert site.send(path, **fields).status_code == status


def test_results_that_are_forgotten_are_missing(site: Site) -> None:
    assert site.world.get("/shop/bulk/result/nothing").status_code == 404


def test_pages_that_are_read_only_have_no_forms() -> None:
    site = Site(changing=None)
    path = site.world.path("order")
    for page in ("/shop/", path, site.world.path("report")):
        text = site.form(page)
        assert "data-dialog" not in text
        assert 'name="run"' not in text
    for verb in ("signal", "cancel", "terminate", "rerun", "replay"):
        assert site.world.get(f"{path}/{verb}").status_code == 404
    site.service.close()


def test_what_goes_to_amazon_says_so_with_the_account_that_a_domain_tells() -> None:
    """The first page, too; without the right to list domains as boto3 knows it."""
    for path, says in (("", "{}</span>"), ("terminate", "This changes something at {}.")):
        site = Site(is_amazon=True, endpoint="Amazon SWF · eu-west-1")
        site.world.client.faults["ListDomains"] = AccessDeniedException("not allowed")
        assert says.format("Amazon SWF · eu-west-1") in site.form(site.world.path("order", path))
        del site.world.client.faults["ListDomains"]
        site.world.clock.advance(61)
        assert says.format("Amazon SWF · 000000000000 · us-east-1") in site.form(site.world.path("order", path))
        assert site.world.client.calls.count("ListDomains") == 2
        site.service.close()


def test_the_arn_of_a_domain_tells_whose_it_is() -> None:
    assert of_account("arn:aws:swf:eu-west-1:123456789012:/domain/a:b") == "Amazon SWF · 123456789012 · eu-west-1"
    assert of_account("arn:aws-cn:swf:cn-north-1:1:/domain/x") == "Amazon SWF · 1 · cn-north-1"
    assert of_account("something else") == "Amazon SWF"


def commands(text: str) -> list[str]:
    return html.unescape(text.partition('class="same"')[2].partition("<code>")[2].partition("</code>")[0]).splitlines()


@pytest.mark.parametrize(
    ("workflow_id", "verb", "fields", "event"),
    [
        ("order", "signal", {"name": "it's", "input": '["a b"]'}, "WorkflowExecutionSignaled"),
        ("order", "cancel", {}, "WorkflowExecutionCancelRequested"),
        ("order", "terminate", {"reason": "no more"}, "WorkflowExecutionTerminated"),
        ("report", "rerun", {"reuse": "before", "from": "activity-merge-1", "workflow_id": "report"}, None),
        ("report", "rerun", {"reuse": "nothing", "workflow_id": "report"}, None),
    ],
)
def test_the_command_of_a_form_does_the_same(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workflow_id: str,
    verb: str,
    fields: dict[str, str],
    event: str | None,
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    file = str(tmp_path / "flow.db")
    site = Site(file, start=round(time.time()) - 60, options=f"--db {file}")
    path = site.world.path(workflow_id, verb)
    site.world.client.faults = {
        name: AccessDeniedException("not yet")
        for name in ("SignalWorkflowExecution", "RequestCancelWorkflowExecution", "TerminateWorkflowExecution",
                     "StartWorkflowExecution")
    }  # fmt: skip
    (command,) = commands(site.send(path, **fields).text)
    site.service.close()

    words = shlex.split(command)
    assert words[0] == "simpleflow"
    assert run(words[1:]) == 0
    again = pages_of(open_service(file, clock=ManualClock(time.time() + 60)))
    found = again.get("/shop/executions.json", params={"id": workflow_id}).json()["executions"]
    if event is None:
        assert len(found) == 2
    else:
        name = WorkflowExecution(workflow_id=workflow_id, run_id=found[0]["run_id"])
        page = again.client.client.call(o.GetWorkflowExecutionHistory(domain="shop", execution=name))
        assert event in [each.type for each in wire.decode_events(page.events)]
    again.service.close()


def test_the_command_takes_no_id_for_an_option(tmp_path: Path) -> None:
    """``workflow.signal -dbilling RUN`` would send it to another domain."""
    file = str(tmp_path / "flow.db")
    site = Site(file, start=round(time.time()) - 60, options=f"--db {file}")
    site.world.start("-dbilling")
    chosen = f"{quote('-dbilling')} {site.world.run_id('-dbilling')}"
    forms = [
        site.form(site.world.path("-dbilling", "signal?name=approval")),
        site.form(site.world.path("-dbilling", "cancel")),
        site.send("/shop/bulk/terminate", run=chosen).text,
    ]
    site.service.close()

    for form in forms:
        (command,) = commands(form)
        assert run(shlex.split(command)[1:]) == 0
    again = pages_of(open_service(file, clock=ManualClock(time.time() + 60)))
    assert again.get("/shop/executions.json?id=-dbilling").json()["executions"][0]["state"] == "terminated"
    again.service.close()
