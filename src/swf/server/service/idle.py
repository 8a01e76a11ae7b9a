"""What is done now and then, so that names which nobody uses any more take no room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from swf.server.service.round import Round

if TYPE_CHECKING:
    from swf.server.service.service import Service

EVERY_S: Final = 60.0
SLICE: Final = 1_000
"""Rows deleted at a time."""


class Sweeping:
    """Forgets task lists that nobody has used for a minute and in which nothing waits."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._swept_at = service.clock.now()
        self._swept_to = 0
        """The row where the next sweep goes on."""

    def sweep(self) -> None:
        """Does it if it is time; called with the turn held."""
        service, now = self._service, self._service.clock.now()
        if now - self._swept_at < EVERY_S or service.is_read_only or service.writing.obstacle is not None:
            return
        self._swept_at = now
        service.task_lists.sweep()
        rows: list[Any] = service.database.connection.execute(
            "select id, domain, kind, name from task_lists l where id > ?"
            " and not exists (select 1 from tasks t where t.list = l.id) order by id limit ?",
            (self._swept_to, SLICE),
        ).fetchall()
        self._swept_to = rows[-1][0] if len(rows) == SLICE else 0
        round = Round(service, now)
        for id, domain, kind, name in rows:
            if service.task_lists.loaded((domain, kind, name)) is None:
                round.changes.execute("delete from task_lists where id = ?", id)
        if not service.commit(round):
            service.abandon(round)
        service.registry.forget_lists()
