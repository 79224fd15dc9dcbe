"""Letters and messages that leave: kept as they were sent."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant

from .base import Claimed, Identified, OfCase, Sealed


class Letter(Identified, OfCase, Sealed, Claimed, Base):
    """One letter. `kind` names its template under letters/.

    `sealed` holds {"to", "address", "subject", "text", "mail": {"subject", "text"}} and, once it was sent again,
    "sending", how often; where it waits for the post, "printed", by whom and when; where it was left as its case
    ended, "unsent", as its case was reopened, "reopened", or as what it says was, "taken_back" or "answered"; of a
    draft {"subject", "text", "words", "result", "by", "due", "must"}: what the officer gave, who wrote in it, the date
    that it tells, and what no change may take out of it.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_state", "state", "written_at"),)  # the sweep and the post look every so often

    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(
        String(10), default="waiting"
    )  # draft, waiting, sending, sent, failed, to_post, posted, held, ended (failed, and dealt with)
    message: Mapped[str] = mapped_column(String(300), default="")
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    message_id: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
