"""What a report needs of any saved folder: what it is of, and how its commands name it."""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from typing import ClassVar

from allocator.instance import Instance


class SavedFolder(ABC):
    """A plan's or a hedge's, which ``KIND`` says; ``name`` is its folder's."""

    KIND: ClassVar[str]
    name: str

    @property
    @abstractmethod
    def instance(self) -> Instance:
        """What it is a plan or a hedge of."""

    @property
    def title(self) -> str:
        """The instance's title on one line."""
        return " ".join((self.instance.title or self.instance.name).split())

    @property
    def place(self) -> str:
        """The folder in a command, as seen from the folder that holds it.

        A page goes from hand to hand: it names no path of the machine that made it.
        """
        return shlex.quote(f"./{self.name}" if self.name.startswith("-") else self.name)

    @property
    def whence(self) -> str:
        """Where its commands are to be run."""
        return f"in the folder that holds {self.name}, the {self.KIND}'s own folder"
