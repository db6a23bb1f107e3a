import {
  INTEGRITY,
  type JsonSchema,
  key,
  type Keys,
  list,
  SECONDS,
  table,
  TEXT,
  TOPIC,
} from "./json_schema.ts";

const whole = (minimum: number, maximum: number) => ({
  type: "integer",
  minimum,
  maximum,
});
const patterns = (what: string) =>
  key(`Topics that it may ${what}`, list(TOPIC));
const permissions = (what: string) => key(what, list(TEXT));

/** Isolation of a module or bus. */
export const ISOLATION: JsonSchema = key(
  "Whether it runs with the others, in a worker or in a separate process",
  { enum: ["none", "worker", "process"], default: "none" },
);

/** Jail of the process of a module or bus. */
export const JAIL: JsonSchema = key(
  "Jail of its separate process: if the machine has one (auto), always, never",
  { enum: ["auto", "required", "off"] },
);

/** Permissions of Deno. */
export const DENO_PERMISSIONS: Keys = {
  net: permissions("Hosts, with or without a port"),
  read: permissions("Files and folders, relative to this file"),
  write: permissions("Files and folders, relative to this file"),
  env: permissions("Variables of the environment"),
};

/** Limits of an isolated module or bus. */
export const LIMITS: Keys = {
  memory: key("MiB; of a process (256)", whole(1, 1_048_576)),
  "start-deadline": key("Seconds (10)", SECONDS),
  "publish-rate": key("Messages per second; 0 for no limit (0)", whole(0, 1e9)),
  "message-size": key("Bytes (1048576)", whole(1, 1024 ** 3)),
  heartbeat: key("Seconds (3)", SECONDS),
};

/** Keys of `[module.<id>]` that the process reads. */
export const MODULE_KEYS: Keys = {
  class: key("Name of the class (the id)", TEXT),
  import: key("Where its code is: a file, https:, jsr:, npm:", TEXT),
  "on-failure": key("What happens if a background task throws", {
    enum: ["fail", "restart", "ignore"],
    default: "fail",
  }),
  "while-down": key("Full queues while it waits for its restart", {
    enum: ["drop-newest", "wait"],
    default: "drop-newest",
  }),
  isolation: ISOLATION,
  jail: JAIL,
  "may-block": key(
    "True if publishers may wait for its full queues while it is isolated (false)",
    { type: "boolean", default: false },
  ),
  integrity: key("The hash of the bytes that import leads to", INTEGRITY),
  permissions: table({
    ...DENO_PERMISSIONS,
    publish: patterns("publish on"),
    subscribe: patterns("subscribe to"),
    request: patterns("request on"),
    handle: patterns("handle"),
    groups: permissions(
      "Groups that it may join: a name, or its beginning and *",
    ),
  }, "Grants; they count instead of what the module asks for"),
  limits: table(LIMITS, "Limits of an isolated module"),
};
