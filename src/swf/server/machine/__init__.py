"""The rules of one execution, pure: a command and what is known become events.

Knows no disk, no clock and no poller: time and types are handed in, events are handed back.
"""
