import type { Attempt, AttemptGroup } from "../attempt.ts";
import { bridge } from "./bridge.ts";
import { ends, starts } from "./ends.ts";
import { environment } from "./environment.ts";
import { files } from "./files.ts";
import { hostObjects } from "./host_objects.ts";
import { imported } from "./imports.ts";
import { neighbours } from "./neighbours.ts";
import { network } from "./network.ts";
import { programs } from "./programs.ts";
import { writes } from "./writes.ts";

/** All attempts, in the order of the page. */
export const GROUPS: readonly AttemptGroup[] = [
  files,
  writes,
  environment,
  network,
  programs,
  imported,
  neighbours,
  hostObjects,
  bridge,
  ends,
  starts,
];

/** All attempts by their names, which are unique. */
export const ATTEMPTS: ReadonlyMap<string, Attempt> = new Map(
  GROUPS.flatMap(({ attempts }) => attempts)
    .map((attempt) => [attempt.name, attempt]),
);
