"""From the published tables to an instance of a council, a group of them or a region."""

from allocator.calibrate.published.build import Calibrated, calibrate
from allocator.calibrate.published.request import Request, named, requested
from allocator.calibrate.published.writing import write_calibrated

__all__ = [
    "Calibrated",
    "Request",
    "calibrate",
    "named",
    "requested",
    "write_calibrated",
]
