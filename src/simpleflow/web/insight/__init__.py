"""What a run tells those who look: alike tasks together, the critical path, where the time went, what it waits for."""

from simpleflow.web.insight.cells import Cell, cells_of
from simpleflow.web.insight.counts import Bar, Counts, counts_of, histogram
from simpleflow.web.insight.graph import Edge, Graph, Node, graph_of
from simpleflow.web.insight.path import Part, Spent, critical_path, spent
from simpleflow.web.insight.rows import Row, rows_of
from simpleflow.web.insight.sentence import Sentence, sentence

__all__ = [
    "Bar",
    "Cell",
    "Counts",
    "Edge",
    "Graph",
    "Node",
    "Part",
    "Row",
    "Sentence",
    "Spent",
    "cells_of",
    "counts_of",
    "critical_path",
    "graph_of",
    "histogram",
    "rows_of",
    "sentence",
    "spent",
]
