"""The command that does what a form does: its words, some of which are what the form says."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpleflow.web.drawing.markup import Markup, el
from simpleflow.web.pages.parts import sign
from simpleflow.web.pages.shell import Site
from simpleflow.web.words import visible


@dataclass(frozen=True, slots=True)
class Slot:
    """What a field says, behind *option* (None: alone). An empty one is left out, unless *placeholder* stands for it.

    *choices* are the words that stand for a value of the field, instead of option and value.
    """

    field: str
    option: str | None = None
    placeholder: str = ""
    choices: Mapping[str, Sequence[str]] | None = None

    def words(self, values: Mapping[str, str]) -> list[str]:
        """The words of the command, as the shell gets them."""
        value = values.get(self.field, "").strip()
        if self.choices is not None:
            return list(self.choices.get(value, ()))
        value = value or self.placeholder
        if not value:
            return []
        return [value] if self.option is None else [self.option, value]


Words = Sequence[str | Slot]


def on_run(domain: str, command: str, ids: Sequence[str], slots: Words = ()) -> list[str | Slot]:
    """The words of a command about *ids*; it would take one that begins with a dash for an option before ``--``."""
    before = ["--domain", domain, command]
    return [*before, *slots, "--", *ids] if any(id.startswith("-") for id in ids) else [*before, *ids, *slots]


def quoted(word: str) -> str:
    """A word for a shell. What cannot be seen is an escape in quotes that have such: so it can be copied."""
    if visible(word) == word:
        return shlex.quote(word)
    return "$'" + visible(word.replace("\\", "\\\\").replace("'", "\\'")) + "'"


def line(site: Site, words: Words, values: Mapping[str, str]) -> str:
    """The command as it is typed into a shell."""
    found: list[str] = []
    for word in words:
        found += word.words(values) if isinstance(word, Slot) else [word]
    return site.command(" ".join(map(quoted, found)))


def shown(site: Site, words: Words, values: Mapping[str, str]) -> Markup:
    """The command, ready to be copied; a script keeps it like the form around it."""
    slots = [
        [word.field, word.option, word.placeholder, word.choices] if isinstance(word, Slot) else word for word in words
    ]
    told = json.dumps([site.command("").strip(), *slots])
    return lines([line(site, words, values)], told)


def lines(commands: Sequence[str], words: str | None = None) -> Markup:
    """Commands one below the other."""
    text = "\n".join(commands)
    copy = el("button", {"class": "copy", "type": "button", "data-copy": text}, sign("copy", 14), "Copy")
    code = el("pre", {"tabindex": "0"}, el("code", None, text))
    head = el("p", {"class": "quiet"}, "The same on the command line:")
    return el("div", {"class": "same"}, head, el("div", {"class": "command", "data-words": words}, code, copy))
