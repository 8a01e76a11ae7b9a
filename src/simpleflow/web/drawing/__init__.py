"""Values become SVG: the dataflow graph, the timeline, where the time went, strips, histograms."""

from simpleflow.web.drawing.bars import draw_histogram, draw_spent, draw_strip
from simpleflow.web.drawing.graph import draw_graph, graph_layout, graph_size
from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.drawing.patterns import definitions
from simpleflow.web.drawing.timeline import TimelineSize, draw_labels, draw_plot, draw_timeline, timeline_height
from simpleflow.web.drawing.tokens import Theme, stylesheet

__all__ = [
    "Markup",
    "Theme",
    "TimelineSize",
    "definitions",
    "draw_graph",
    "draw_histogram",
    "draw_labels",
    "draw_plot",
    "draw_spent",
    "draw_strip",
    "draw_timeline",
    "el",
    "graph_layout",
    "graph_size",
    "joined",
    "stylesheet",
    "timeline_height",
]
