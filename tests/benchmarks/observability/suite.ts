import { byClock, type Suite } from "../harness.ts";
import { collectorDown } from "./collector_down.ts";
import { dashboard } from "./dashboard.ts";
import { publish } from "./publish.ts";

/** Publishing in memory with metrics, traces and a dashboard. */
export const observability: Suite = {
  name: "observability",
  about: "metrics and traces, compared with neither",
  minutes: 1,
  cases: [...byClock("processor", publish), ...collectorDown, ...dashboard],
  note: "compare core/publish with the commit before: --against COMMIT",
};
