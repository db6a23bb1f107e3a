import {
  INTEGRITY,
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

/** The keys of `[module.<id>]` that are the process's, not the module's own. */
export const MODULE_KEYS: Keys = {
  class: key("The name of its definition (the id)", TEXT),
  import: key("Where its code is: a file, https:, jsr:, npm:", TEXT),
  "on-failure": key("What happens when something that it runs throws", {
    enum: ["fail", "restart", "ignore"],
    default: "fail",
  }),
  isolation: key("Whether it runs beside the others, or apart", {
    enum: ["none", "worker", "process"],
    default: "none",
  }),
  integrity: key("The hash of the bytes that import leads to", INTEGRITY),
  permissions: table({
    net: permissions("Hosts, with or without a port"),
    read: permissions("Files and folders, relative to this file"),
    write: permissions("Files and folders, relative to this file"),
    env: permissions("Variables of the environment"),
    publish: patterns("publish on"),
    subscribe: patterns("subscribe to"),
    request: patterns("request on"),
    handle: patterns("handle"),
  }, "What it is granted, whatever it asks for"),
  limits: table({
    memory: key("MiB; of a process (256)", whole(1, 1_048_576)),
    "start-deadline": key("Seconds (10)", SECONDS),
    "publish-rate": key("Messages a second; 0 is no limit (0)", whole(0, 1e9)),
    "message-size": key("Bytes (1048576)", whole(1, 1024 ** 3)),
    heartbeat: key("Seconds (3)", SECONDS),
  }, "What an isolated module may use"),
};
