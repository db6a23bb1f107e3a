import type { Attempt, AttemptGroup } from "../attempt.ts";
import { availability } from "./availability.ts";
import { builtins } from "./builtins.ts";
import { bridge } from "./bridge.ts";
import { ends, starts } from "./ends.ts";
import { environment } from "./environment.ts";
import { files } from "./files.ts";
import { forgedLogs } from "./forged_logs.ts";
import { hostObjects } from "./host_objects.ts";
import { identity } from "./identity.ts";
import { imported } from "./imports.ts";
import { neighbours } from "./neighbours.ts";
import { network } from "./network.ts";
import { programs } from "./programs.ts";
import { supplyChain } from "./supply_chain.ts";
import { system } from "./system.ts";
import { writes } from "./writes.ts";

/** All attempts, in the order of the page. */
export const GROUPS: readonly AttemptGroup[] = [
  files,
  writes,
  environment,
  network,
  programs,
  system,
  imported,
  builtins,
  neighbours,
  hostObjects,
  bridge,
  identity,
  forgedLogs,
  ends,
  availability,
  starts,
  supplyChain,
];

/** Names of the attempts that are also made against the jail alone. */
export const IN_JAIL: ReadonlySet<string> = new Set(
  GROUPS.filter(({ jail }) => jail)
    .flatMap(({ attempts }) => attempts.map(({ name }) => name)),
);

/** All attempts by their names, which are unique. */
export const ATTEMPTS: ReadonlyMap<string, Attempt> = new Map(
  GROUPS.flatMap(({ attempts }) => attempts)
    .map((attempt) => [attempt.name, attempt]),
);
