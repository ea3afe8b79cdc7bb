"""``python -m allocator.cli`` is the ``allocator`` command."""

from allocator.cli import main

main()
