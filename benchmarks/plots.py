"""Two pictures: how much of a chain is done in a second, and how that changes with its length."""

from __future__ import annotations

from pathlib import Path

from benchmarks.goals import LIMIT, Results, per_second

SIZES = (100, 300, 1_000, 3_000)


def draw(results: Results, directory: Path) -> None:
    """Writes ``throughput.svg`` and ``growth.svg``."""
    import pygal  # it meddles with the import system of its process: with that of none that draws nothing
    from pygal.style import CleanStyle

    looks = {**LOOKS, "style": CleanStyle}
    series = {
        peer: [results.median((peer, "chain", n), per_second) for n in SIZES]
        for peer in results.peers()
        if results.sizes(peer, "chain") and peer != LIMIT
    }
    chains = sorted((values[1] or next(value for value in values if value), peer) for peer, values in series.items())
    throughput = pygal.HorizontalBar(
        title="Chain of 300 (or 100): activities a second",
        x_labels=[peer for _, peer in chains],
        show_legend=False,
        print_values=True,
        value_formatter=lambda value: f"{value:,.0f}",
        **looks,
    )
    throughput.add("", [value for value, _ in chains])
    growth = pygal.Line(
        title="Time per activity, beside the shortest chain",
        x_title="activities in the chain",
        x_labels=[f"{size:,}" for size in SIZES],
        range=(0, 1.5),
        **looks,
    )
    for peer, values in series.items():
        known = [value for value in values if value]
        if len(known) > 1:
            growth.add(peer, [known[0] / value if value else None for value in values])
    throughput.render_to_file(str(directory / "throughput.svg"))
    growth.render_to_file(str(directory / "growth.svg"))


LOOKS = {
    "js": (),
    "width": 720,
    "height": 420,
    "legend_at_bottom": True,
    "legend_at_bottom_columns": 2,
    "no_prefix": True,
    "disable_xml_declaration": False,
}
