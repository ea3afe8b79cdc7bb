"""``python -m allocator`` is the ``allocator`` command."""

from allocator.cli import main

main()
