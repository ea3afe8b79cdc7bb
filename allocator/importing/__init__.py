"""Solutions that other solvers found for an exported program: certified and audited like ours."""

from allocator.importing.verdict import Imported, import_solution

__all__ = ["Imported", "import_solution"]
