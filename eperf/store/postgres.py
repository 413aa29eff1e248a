"""PostgreSQL as the ORM's client serves it, but for one thing: a transaction whose beginning is cancelled.

The ORM takes a connection from the pool and begins; a task that is cancelled meanwhile never gives the connection
back, and ten such requests leave the pool empty for ever. The driver itself ends the statement of a cancelled task.
"""

from __future__ import annotations

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class PooledContext(TransactionContextPooled):
    """Holds a connection for the time of a transaction, and gives it back however that ends."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class PostgresClient(AsyncpgDBClient):
    """The engine's client; named by `eperf.store.database` as the `engine` of the default connection."""

    def _in_transaction(self) -> TransactionContext:
        return PooledContext(TransactionWrapper(self), self._pool_init_lock)


client_class = PostgresClient
