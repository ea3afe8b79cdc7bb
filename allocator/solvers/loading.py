"""HiGHS, loaded where there is room for it: import ``highspy`` from here alone."""

from allocator.memory import room_for_highs

room_for_highs()

import highspy  # noqa: E402

__all__ = ["highspy"]
