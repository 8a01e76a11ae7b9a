"""Executions as people see them: what happened, where the time went, drawings of both."""
