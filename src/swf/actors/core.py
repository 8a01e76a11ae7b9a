"""What deciders and workers share."""

from __future__ import annotations

import os
import socket
from typing import Any

from swf import format
from swf.client import Client
from swf.core import ConnectedSWFObject, given_client, keys, link, new_client
from swf.models.domain import Domain


class Actor(ConnectedSWFObject):
    """Something that polls a task list of a domain. Inherit, and implement :meth:`start`; extend :meth:`stop`.

    It has a client of its own, unless one was handed in, so that stopping it stops nobody else.
    """

    _client: Client | None = None

    def __init__(
        self,
        domain: Domain,
        task_list: str,
        *,
        region: str | None = None,
        connection: Any = None,
        boto3_client: Any = None,
        session: Any = None,
        endpoint_url: str | None = None,
    ) -> None:
        """Raises TypeError if *domain* is no Domain. Without other arguments the service is the domain's."""
        Domain.check(domain)
        self.domain = domain
        self.task_list = task_list
        link(self, region, connection, boto3_client, session, endpoint_url, owner=domain)

    @property
    def client(self) -> Client:
        """The client through which it polls and answers."""
        if self._client is None:
            self._client = given_client(self) or new_client(self.region, self.endpoint_url, self.session, *keys())
        return self._client

    def start(self) -> None:
        """Begins to work. To be implemented."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it starts")

    def stop(self) -> None:
        """Ends its polls, those that wait now and later ones: they find nothing. Extend it as needed.

        With a client that was handed in, that holds for all who share it.
        """
        self.client.stop_polling()


def default_identity() -> str:
    """Who asks, if nothing is said: the host and the process."""
    return format.shortened(f"{socket.gethostname()}:{os.getpid()}", 256)
