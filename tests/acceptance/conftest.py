from simpleflow.testing.plugin import simpleflow_env as simpleflow_env  # noqa: PLC0414  # a fixture
