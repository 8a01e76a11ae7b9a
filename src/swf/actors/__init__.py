"""Actors: deciders and workers to inherit."""

from swf.actors.core import Actor
from swf.actors.decider import Decider, DecisionResponse
from swf.actors.worker import ActivityResponse, ActivityWorker, HeartbeatResponse

__all__ = ["ActivityResponse", "ActivityWorker", "Actor", "Decider", "DecisionResponse", "HeartbeatResponse"]
