"""Programs of many areas, solved area by area: Dantzig-Wolfe decomposition."""
