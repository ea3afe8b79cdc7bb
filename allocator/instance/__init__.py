"""Instances: what they hold, how they are read, checked and written."""

from allocator.instance.instance import (
    DoubleInvestment,
    Instance,
    Row,
    Shortfall,
    Uncertainty,
    Window,
)
from allocator.instance.problems import Problem, Severity
from allocator.instance.reading import inspect, read

__all__ = [
    "DoubleInvestment",
    "Instance",
    "Problem",
    "Row",
    "Severity",
    "Shortfall",
    "Uncertainty",
    "Window",
    "inspect",
    "read",
]  # fmt: skip
