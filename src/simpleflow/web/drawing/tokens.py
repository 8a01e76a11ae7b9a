"""The look: each colour once, for light and dark, and the rules that use them."""

from __future__ import annotations

import re
from typing import Final, Literal

from simpleflow.web.runs import State

Theme = Literal["light", "dark", "auto", "page"]
"""``auto`` follows the reader's setting. ``page`` too, and a ``data-theme`` overrides it; it needs a modern browser,
while the others are understood by converters as well."""

COLOURS: Final[dict[str, tuple[str, str]]] = {
    "bg": ("#f6f7f9", "#0d1014"),
    "card": ("#ffffff", "#14181e"),
    "sunk": ("#f1f3f6", "#0f1318"),
    "line": ("#e2e6eb", "#252c35"),
    "strong": ("#c3cad3", "#3b4552"),
    "ink": ("#12161c", "#e9edf3"),
    "ink2": ("#454e5b", "#b0bac7"),
    "ink3": ("#5e6877", "#8a95a4"),
    "link": ("#0a54ad", "#7ab8ff"),
    "completed": ("#479a7c", "#3d8f76"),
    "running": ("#2463e6", "#66b8ff"),
    "failed": ("#b5330f", "#f07a40"),
    "timed_out": ("#bd880b", "#ffdc4a"),
    "canceled": ("#6a727a", "#939ba6"),
    "terminated": ("#74266f", "#b459ae"),
    "waiting": ("#b9c2cd", "#4d5968"),
    "signal": ("#5219c8", "#ac76ff"),
    "child": ("#7fb8a3", "#2b6554"),
    "stripe_failed": ("#e0754f", "#a83f12"),
    "stripe_timed_out": ("#e3b84c", "#b58c00"),
    "tint_failed": ("#fdeee9", "#2a1710"),
    "tint_running": ("#eaf1fd", "#0f2038"),
    "tint_completed": ("#e9f4f0", "#11241f"),
    "tint_timed_out": ("#fbf3e0", "#292208"),
    "tint_quiet": ("#f1f3f6", "#1a1f26"),
    "shade": ("#f3f6f9", "#181d24"),
}

BAR_STATES: Final = (
    State.COMPLETED, State.RUNNING, State.FAILED, State.TIMED_OUT, State.CANCELED, State.TERMINATED
)  # fmt: skip
SANS: Final = 'Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
MONO: Final = 'ui-monospace,"SF Mono","JetBrains Mono",Menlo,Consolas,"Liberation Mono",monospace'

BASE: Final = f"""
.sf{{font-family:{SANS};font-size:12px;font-variant-numeric:tabular-nums}}
.sf .ink{{fill:$ink}} .sf .ink2{{fill:$ink2}} .sf .ink3{{fill:$ink3}} .sf .b{{font-weight:600}}
.sf .small{{font-size:11px}} .sf .h{{font-size:14px;font-weight:650}} .sf .h1{{font-size:22px;font-weight:650}}
.sf .halo{{paint-order:stroke;stroke:$card;stroke-width:3px;stroke-linejoin:round}}
.sf .mono{{font-family:{MONO};font-size:12.5px}} .sf .end{{text-anchor:end}} .sf .mid{{text-anchor:middle}}
.sf .card{{fill:$card;stroke:$line}} .sf .bg{{fill:$bg}} .sf .rule{{stroke:$line;fill:none}} .sf .sunk{{fill:$sunk}}
.sf .icon{{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}} .sf .dot{{stroke:none}}
.sf .far{{opacity:.45}} .sf .edge{{fill:none;stroke:$strong;stroke-width:1.4}} .sf .dashed{{stroke-dasharray:4 3}}
.sf .edge.crit{{stroke:$ink;stroke-width:2.4}} .sf .tip{{fill:$strong}} .sf .tip.crit{{fill:$ink}}
.sf .node{{fill:$card;stroke:$strong}} .sf .node.crit{{stroke:$ink;stroke-width:2}}
.sf .node.is-failed{{fill:$tint_failed}} .sf .node.is-timed_out{{fill:$tint_timed_out}}
.sf .node.is-running{{fill:$tint_running}} .sf .node.is-waiting{{stroke-dasharray:4 3}}
.sf .node.is-signal{{stroke:$signal}} .sf .behind{{fill:$card;stroke:$strong}} .sf .glyph{{stroke:$ink2}}
.sf .wait{{stroke:$waiting;stroke-width:2}} .sf .timer{{stroke:$ink3;stroke-width:1.6;fill:none}}
.sf .crit-line{{stroke:$ink;stroke-width:2}} .sf .hand{{stroke:$ink;stroke-width:1.4;stroke-dasharray:1.5 2}}
.sf .tick{{fill:$ink3}} .sf .signal{{stroke:$signal;stroke-dasharray:3 3}} .sf .diamond{{fill:$signal}}
.sf .now{{stroke:$running;stroke-width:2}} .sf .pale{{fill:$waiting;opacity:.75}} .sf .shade{{fill:$shade}}
.sf .f-deciding{{fill:$ink}} .sf .f-workers{{fill:$strong}} .sf .f-timers{{fill:$ink3}} .sf .f-children{{fill:$child}}
.sf .f-signals{{fill:$signal}} .sf .f-activities{{fill:$completed}} .sf .who{{display:none}}
.sf .folded{{fill:$sunk;opacity:.8}} .sf .zigzag{{stroke:$ink3;stroke-width:1.4;fill:none}}
.sf .stripe-failed{{stroke:$stripe_failed;stroke-width:2.6}} .sf .stripe-unfinished{{stroke:$card;stroke-width:2}}
.sf .stripe-timed_out{{stroke:$stripe_timed_out;stroke-width:2}}
"""
COLOURED: Final = (*State, "signal")


def _state_rules() -> str:
    rules = []
    for state in COLOURED:
        token = {"continued": "canceled", "unfinished": "canceled"}.get(str(state), str(state))
        rules.append(f".sf .f-{state}{{fill:${token}}} .sf .s-{state}{{stroke:${token}}}")
    return "\n".join(rules)


PAGE: Final = f"""
body{{margin:0;background:$bg;color:$ink;font:14px/20px {SANS};font-variant-numeric:tabular-nums}}
main{{max-width:1120px;margin:0 auto;padding:24px 16px}}
h1{{font-size:22px;line-height:28px;font-weight:650;margin:0 0 4px}} h2{{font-size:14px;font-weight:650;margin:0}}
.facts{{color:$ink3;margin:0 0 16px}} .facts strong{{color:$ink2;font-weight:500}}
section{{background:$card;border:1px solid $line;border-radius:8px;margin:0 0 16px;overflow:hidden}}
.head{{display:flex;gap:12px;align-items:baseline;padding:10px 16px;color:$ink3;flex-wrap:wrap}} .head h2{{color:$ink}}
.drawing{{border-top:1px solid $line;overflow:auto;max-height:460px;padding:16px;text-align:center}}
.drawing.rows{{padding:0;max-height:none;display:grid;grid-template-columns:252px 1fr;text-align:left}}
.drawing.rows svg+svg{{border-left:1px solid $line}}
.fit{{display:grid;grid-template-columns:minmax(min-content,1fr);justify-items:center}}
.fit.down{{display:none}} .fit .graph{{max-width:100%;height:auto}}
.legend svg,.states svg{{vertical-align:-1px;margin-right:6px}}
.states{{margin-left:auto}} .states span{{margin-right:12px}} .say code.alone{{display:block;margin:4px 0 0 24px}}
.plain{{padding:0 16px 12px}}
.say{{padding:14px 16px}} .say code{{font:12.5px/18px {MONO};overflow-wrap:anywhere;white-space:pre-wrap}}
.say{{max-height:240px;overflow:auto}} .say p{{margin:0}} .say svg{{vertical-align:-3px}}
.say .note{{color:$ink2;margin-left:24px}}
svg{{max-width:none;vertical-align:top}}
.say-completed{{background:$tint_completed}} .say-running{{background:$tint_running}}
.say-failed{{background:$tint_failed}} .say-timed_out,.say-warning{{background:$tint_timed_out}}
.say-canceled,.say-terminated{{background:$tint_quiet}}
.legend{{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:0;padding:0 16px 12px}}
.legend .of{{color:$ink3}} footer{{color:$ink3;font-size:12px}}
@media (max-width:640px){{.drawing.rows{{grid-template-columns:1fr}}
.drawing.rows .labels,.right{{display:none}} .fit.down{{display:grid}} .drawing{{max-height:none}}
.sf .who{{display:inline}}}}
"""


def stylesheet(theme: Theme, *, with_page: bool = False) -> str:
    """The rules of the drawings, and (*with_page*) those of the one page that holds them."""
    rules = BASE + _state_rules() + (PAGE if with_page else "")
    if theme == "page":
        schemes = "".join(f":root[data-theme={name}]{{color-scheme:{name}}}" for name in ("light", "dark"))
        return _compact(":root{color-scheme:light dark}" + schemes + _coloured(rules, "light-dark({0},{1})"))
    if theme == "auto":
        dark = "\n".join(_only_colours(_coloured(rules, "{1}")))
        return _compact(_coloured(rules, "{0}") + "@media (prefers-color-scheme:dark){" + dark + "}")
    return _compact(_coloured(rules, "{0}" if theme == "light" else "{1}"))


def variables() -> str:
    """The colours as variables of a page (``var(--ink)``), for rules of its own."""
    colours = "".join(f"--{name}:light-dark({light},{dark});" for name, (light, dark) in COLOURS.items())
    schemes = "".join(f":root[data-theme={name}]{{color-scheme:{name}}}" for name in ("light", "dark"))
    return f":root{{color-scheme:light dark;{colours}--sans:{SANS};--mono:{MONO}}}{schemes}"


def drawing_rules() -> str:
    """The rules of the drawings for a page that has the :func:`variables`."""
    return _compact(re.sub(r"\$([a-z_0-9]+)", r"var(--\1)", BASE + _state_rules()))


def _coloured(rules: str, form: str) -> str:
    return re.sub(r"\$([a-z_0-9]+)", lambda found: form.format(*COLOURS[found.group(1)]), rules)


def _only_colours(rules: str) -> list[str]:
    """The rules with the declarations that set a colour, and nothing else."""
    kept = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", rules):
        colours = [each for each in body.split(";") if "#" in each]
        if colours:
            kept.append(f"{selector.strip()}{{{';'.join(colours)}}}")
    return kept


def _compact(css: str) -> str:
    return re.sub(r"\s*\n\s*", "", css).replace("} ", "}")
