"""What runs in the environment of cs-demand-model: its forecast of a folder of returns.

python by_cs_demand_model.py FOLDER START END DAYS STEP

START and END (yyyy-mm-dd) are its reference period; it predicts DAYS days from END, STEP days at
once, and prints one line of JSON: children by placement category at the end of each 365.25 days,
and seconds.  Only its public classes are used, as its own command `predict` does.
"""

import json
import sys
import time
from datetime import datetime


def main(folder: str, start: str, end: str, days: str, step: str) -> None:
    """Predict and print."""
    begun = time.perf_counter()
    from cs_demand_model import (  # type: ignore[import-not-found]
        Config,
        DemandModellingDataContainer,
        ModelPredictor,
        PopulationStats,
        fs_datastore,
    )

    loaded, used = time.perf_counter(), time.process_time()
    config = Config()
    data = DemandModellingDataContainer(fs_datastore(folder), config)
    stats = PopulationStats(data.enriched_view, config)
    since, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    predictor = ModelPredictor.from_model(stats, since, until)
    table = predictor.predict(int(days) // int(step), step_days=int(step))
    stocks = []
    for year in range(1, round(int(days) / 365.25) + 1):
        row = table.iloc[min(round(year * 365.25 / int(step)), len(table)) - 1]
        told: dict[str, float] = {}
        for (_, category), count in row.items():
            told[category] = told.get(category, 0.0) + float(count)
        stocks.append(told)
    now = time.perf_counter()
    opening = float(predictor.initial_population.sum())
    print(json.dumps({"stocks": stocks, "opening": opening, "imports": loaded - begun,
                      "seconds": now - loaded, "cpu": time.process_time() - used}))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
