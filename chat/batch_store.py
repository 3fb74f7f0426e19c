"""The port behind which batches are kept; `chat.batching` runs them."""

from collections.abc import Sequence
from typing import Protocol

from chat.batch import Batch, BatchLine, Item, OpenedBatch


class BatchStore(Protocol):
    """Where batches are kept; every call sees only one owner's. Raises as `chat.ports.Store`."""

    def add(self, batch: Batch, items: Sequence[Item]) -> None:
        """Saves a new batch."""
        ...

    def load(self, owner: str, batch_id: str, *, with_texts: bool) -> OpenedBatch | None:
        """The batch with its newest answers; None where the owner has no such one."""
        ...

    def list_newest(self, owner: str, limit: int) -> list[BatchLine]:
        """The newest batches, newest first."""
        ...

    def set_paused(self, owner: str, batch_id: str, *, is_paused: bool) -> None:
        """Keeps whether anything more is to be asked."""
        ...

    def hold(self, owner: str, batch_id: str) -> bool:
        """Makes this process the one that runs a batch; False while another does, and lives."""
        ...

    def let_go(self, batch_id: str) -> None:
        """Lets another process run a batch."""
        ...

    def claim(self, item: Item) -> bool:
        """Counts one more try; False where it is not held here, was counted, is not to be asked."""
        ...

    def release(self, item: Item) -> None:
        """Takes a claim back: nothing was asked."""
        ...

    def delete(self, owner: str, batch_id: str) -> None:
        """Deletes a batch with its answers."""
        ...
