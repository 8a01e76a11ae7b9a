"""Tables for people and for programs."""

from __future__ import annotations

import datetime
import json

from simpleflow.cli.formats import formatted

HEADER = ("Task", "Version", "Seconds", "At", "Input")
AT = datetime.datetime(2015, 8, 4, 23, 6, 19, 200000, tzinfo=datetime.UTC)
ROWS = [("examples.basic.double", "1.0", 1.5, AT, {"a": 1}), ("b", "2", 100, AT, None)]


def test_a_table_aligns_text_left_and_numbers_right() -> None:
    assert formatted(HEADER, ROWS, "tabular", with_header=True).splitlines() == [
        "Task                   Version      Seconds  At                          Input",
        "examples.basic.double  1.0             1.50  2015-08-04 23:06:19.200000  {'a': 1}",
        "b                      2                100  2015-08-04 23:06:19.200000",
    ]


def test_machine_formats_carry_whole_values() -> None:
    assert json.loads(formatted(HEADER, ROWS, "json", with_header=False))[0] == [
        "examples.basic.double",
        "1.0",
        1.5,
        "2015-08-04T23:06:19.200Z",
        {"a": 1},
    ]
    assert json.loads(formatted(HEADER, ROWS, "json", with_header=True))[1]["Version"] == "2"
    assert formatted(HEADER, ROWS, "prettyjson", with_header=False).startswith('[\n  {\n    "Task"')
    assert formatted(HEADER, ROWS, "csv", with_header=True).splitlines() == [
        "Task,Version,Seconds,At,Input",
        'examples.basic.double,1.0,1.5,2015-08-04T23:06:19.200Z,"{""a"": 1}"',
        "b,2,100,2015-08-04T23:06:19.200Z,",
    ]
    assert formatted(HEADER, ROWS, "tsv", with_header=False).count("\t") == 8


def test_human_shows_every_row_name_by_name() -> None:
    text = formatted(HEADER, ROWS, "human", with_header=False)
    assert text.count("Task") == 2
    assert "\n\n" in text


def test_no_rows_are_no_text_or_an_empty_list() -> None:
    assert formatted(HEADER, [], "tabular", with_header=False) == ""
    assert formatted(HEADER, [], "json", with_header=False) == "[]"
    assert formatted(HEADER, [], "csv", with_header=True) == "Task,Version,Seconds,At,Input"
