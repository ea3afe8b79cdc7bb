"""Solutions that other solvers found for an exported program: certified and audited like ours."""

from allocator.importing.imported import Imported
from allocator.importing.verdict import import_solution

__all__ = ["Imported", "import_solution"]
