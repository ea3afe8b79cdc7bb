"""The baseline with its interval: what happens if nothing changes, and how sure that is."""

from allocator.forecast.doubt import Doubt, read_doubt
from allocator.forecast.forecast import Forecast, forecast

__all__ = ["Doubt", "Forecast", "forecast", "read_doubt"]
