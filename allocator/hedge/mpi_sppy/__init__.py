"""A hedge by mpi-sppy: the project's own formulations as its scenarios."""
