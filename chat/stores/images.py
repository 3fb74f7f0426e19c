"""The images of messages: written with their message, never changed, gone with it.

An image is read once and then held: a page is drawn at every click, and most of them show it.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select

from chat.images import Image
from chat.stores.schema import message_images, messages

HELD_BYTES = 64_000_000

Place = tuple[str, int]
"""A message's id, and which of its images."""


class ImageShelf:
    """Reads images, and holds those that were read last.

    What it is asked for has been found in a conversation of the owner who asks; ids are not
    checked here again.

    Args:
        held_bytes: How much is held at most.
    """

    def __init__(self, held_bytes: int = HELD_BYTES) -> None:
        self._held_bytes = held_bytes
        self._held: OrderedDict[Place, Image] = OrderedDict()
        self._lock = threading.Lock()

    def of_conversation(
        self, db: Connection, conversation_id: str
    ) -> Mapping[str, tuple[Image, ...]]:
        """The images of its messages, by message id, each in their order."""
        places = [
            (row.message_id, row.position)
            for row in db.execute(
                select(message_images.c.message_id, message_images.c.position)
                .join(messages, message_images.c.message_id == messages.c.id)
                .where(messages.c.conversation_id == conversation_id)
                .order_by(message_images.c.message_id, message_images.c.position)
            )
        ]
        found: dict[str, tuple[Image, ...]] = {}
        for place in places:
            found[place[0]] = (*found.get(place[0], ()), self._image(db, place))
        return found

    def _image(self, db: Connection, place: Place) -> Image:
        with self._lock:
            held = self._held.get(place)
            if held is not None:
                self._held.move_to_end(place)
                return held
        row = db.execute(
            select(message_images.c.media_type, message_images.c.data).where(
                message_images.c.message_id == place[0], message_images.c.position == place[1]
            )
        ).one()
        image = Image(row.media_type, bytes(row.data))
        with self._lock:
            self._held[place] = image
            while sum(len(one.data) for one in self._held.values()) > self._held_bytes:
                self._held.popitem(last=False)
        return image


def image_rows(message_id: str, images: Sequence[Image]) -> list[dict[str, object]]:
    """New images' columns."""
    return [
        {
            "message_id": message_id,
            "position": position,
            "media_type": image.media_type,
            "size_bytes": len(image.data),
            "data": image.data,
        }
        for position, image in enumerate(images)
    ]


def add_images(db: Connection, message_id: str, images: Sequence[Image]) -> None:
    """Saves the images of a new message."""
    if images:
        db.execute(insert(message_images), image_rows(message_id, images))
