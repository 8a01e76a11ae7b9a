"""The colours: told apart by all eyes (Machado's matrices, CIEDE2000), and readable."""

from __future__ import annotations

import itertools
import math

import pytest

from simpleflow.web.drawing.tokens import BAR_STATES, COLOURS
from simpleflow.web.runs import State

Triple = tuple[float, float, float]

EYES: dict[str, tuple[Triple, Triple, Triple]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> Triple:
    """The red, green and blue of ``#rrggbb`` as amounts of light."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return red, green, blue


def seen(light: Triple, eye: str) -> Triple:
    rows = EYES[eye]
    red, green, blue = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in rows]
    return red, green, blue


def lab(light: Triple) -> Triple:
    red, green, blue = light
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = [v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z)]
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(first: Triple, second: Triple) -> float:
    """The distance of two colours as people see it (Sharma, Wu, Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dl, dc = l2 - l1, c2 - c1
    dh = 0.0 if not c1 * c2 else (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2 if not c1 * c2 else (h1 + h2) / 2 + (180 if abs(h1 - h2) > 180 and h1 + h2 < 360 else 0)
    mh -= 180 if c1 * c2 and abs(h1 - h2) > 180 and h1 + h2 >= 360 else 0
    t = (
        1 - 0.17 * math.cos(math.radians(mh - 30)) + 0.24 * math.cos(math.radians(2 * mh))
        + 0.32 * math.cos(math.radians(3 * mh + 6)) - 0.20 * math.cos(math.radians(4 * mh - 63))
    )  # fmt: skip
    sl = 1 + 0.015 * (ml - 50) ** 2 / math.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    turn = -2 * math.sqrt(mc**7 / (mc**7 + 25**7)) * math.sin(math.radians(60 * math.exp(-(((mh - 275) / 25) ** 2))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + turn * (dc / sc) * (dh / sh))


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2."""
    lights = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(first), linear(second))]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_the_distance_is_that_of_the_published_examples() -> None:
    assert ciede2000((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50.0, 2.5, 0.0), (73.0, 25.0, -18.0)) == pytest.approx(27.1492, abs=1e-4)
    assert ciede2000((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514)) == pytest.approx(0.9082, abs=1e-4)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_states_of_bars_are_told_apart_by_all_eyes(theme: int) -> None:
    colours = {state: COLOURS[state][theme] for state in BAR_STATES}
    for (a, one), (b, other) in itertools.combinations(colours.items(), 2):
        for eye in EYES:
            distance = ciede2000(lab(seen(linear(one), eye)), lab(seen(linear(other), eye)))
            assert distance >= 13.5, f"{a} and {b} for {eye} eyes: {distance:.1f}"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_bars_stand_out_and_text_can_be_read(theme: int) -> None:
    for state in BAR_STATES:
        assert contrast(COLOURS[state][theme], COLOURS["card"][theme]) >= 3.0, state
    grounds = ("bg", "card", "sunk", "shade", *(name for name in COLOURS if name.startswith("tint_")))
    for ground in grounds:
        for text in ("ink", "ink2", "ink3", "link"):
            ratio = contrast(COLOURS[text][theme], COLOURS[ground][theme])
            assert ratio >= 4.9, f"{text} on {ground}: {ratio:.2f}"


def test_every_state_has_a_colour_an_icon_and_a_word() -> None:
    from simpleflow.web.charts import BARS, ICONS
    from simpleflow.web.drawing.patterns import icon
    from simpleflow.web.drawing.tokens import stylesheet

    for state in State:
        assert state.word
        assert f".f-{state}{{" in stylesheet("light")
        assert "<path" in icon(state, 0, 0) or "<circle" in icon(state, 0, 0) or "<rect" in icon(state, 0, 0)
        assert state in ICONS
        assert state in BARS or state is State.WAITING
