"""Dataflow programming: durable workflows written as ordinary methods."""
