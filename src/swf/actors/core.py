"""What deciders and workers share."""

from __future__ import annotations

import os
import socket
from typing import Any

from swf import format
from swf.core import ConnectedSWFObject, link, link_as
from swf.models.domain import Domain


class Actor(ConnectedSWFObject):
    """Something that polls a task list of a domain. Inherit, and implement :meth:`start` and :meth:`stop`."""

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
        given = (region, connection, boto3_client, session, endpoint_url)
        if all(value is None for value in given):
            link_as(self, domain)
        else:
            link(self, *given)

    def start(self) -> None:
        """Begins to work. To be implemented."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it starts")

    def stop(self) -> None:
        """Ends the polls that wait now, and all later ones of this client. Extend it as needed."""
        self.client.stop_polling()


def default_identity() -> str:
    """Who asks, if nothing is said: the host and the process."""
    return format.shortened(f"{socket.gethostname()}:{os.getpid()}", 256)
