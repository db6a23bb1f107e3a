import {
  type JsonSchema,
  key,
  type Keys,
  list,
  SECONDS,
  SECONDS_OR_0,
  table,
  TEXT,
  TOPIC,
} from "./json_schema.ts";
import { JAIL, MODULE_KEYS } from "./module_keys.ts";

const LEVEL = { enum: ["debug", "info", "warn", "error"] };

/** Tables of the process itself, without those of modules and buses. */
export const PROCESS_KEYS: Keys = {
  global: globalTable(),
  import: table({
    hosts: key("The only hosts that code may come from", list(TEXT)),
  }),
  isolation: table({ jail: JAIL }, "Defaults of isolated modules and buses"),
  lifecycle: table({
    "start-deadline": key("Seconds; 0 is for ever (30)", SECONDS_OR_0),
    "stop-deadline": key("Seconds for work in flight (10)", SECONDS_OR_0),
  }),
  log: table({
    level: key("Lowest level that is logged (info)", LEVEL),
    format: key("Lines for people, or JSON objects (pretty)", {
      enum: ["pretty", "json"],
    }),
    levels: key("By the id of a module", {
      type: "object",
      additionalProperties: LEVEL,
    }),
  }),
  "message-correlator": table({
    timeout: key("Without effect: use request-timeout in [message-router]", {}),
  }),
  "message-router": table({
    "request-timeout": key("Seconds that a request waits (5)", SECONDS),
    route: key("Which buses carry which topics: the first match wins", {
      type: "array",
      items: {
        ...table({
          pattern: key("* is one word, # any number of them", TOPIC),
          bus: key("The id of a bus, or of several", {
            anyOf: [
              TEXT,
              { ...list(TEXT), minItems: 1, uniqueItems: true },
            ],
          }),
        }) as object,
        required: ["pattern", "bus"],
      },
    }),
  }),
  monitor: table({
    output: key("File of the last snapshot", TEXT),
    topic: key("Topic of the snapshots", TOPIC),
    opentelemetry: key("True if OpenTelemetry receives the metrics (false)", {
      type: "boolean",
    }),
    control: key("Actions on modules that requests may take (none)", {
      ...list({ enum: ["pause", "restart", "swap"] }),
      uniqueItems: true,
    }),
    "frequency-secs": key("Seconds between snapshots (5)", SECONDS),
    frequency_secs: key("The same, as Rust spells it", SECONDS),
  }),
  tracing: table({
    sample: key("Share of messages that begin a trace, 0 to 1 (0.01)", {
      type: "number",
      minimum: 0,
      maximum: 1,
    }),
    "traces-per-second": key("Maximum of traces that begin (1000)", {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
    }),
    topic: key("Topic of the finished spans", TOPIC),
  }),
  process: key("Several processes from one file", {
    type: "object",
    patternProperties: {
      "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$": table({
        modules: key("The ids of its modules", {
          ...list(TEXT),
          minItems: 1,
          uniqueItems: true,
        }),
      }),
    },
    additionalProperties: false,
  }),
};

/** Accepts any key of a module except those that control how it is loaded. */
function globalTable(): JsonSchema {
  const keys = Object.keys(MODULE_KEYS).map((name) => [name, false]);
  return {
    description: "Laid under the section of each module",
    type: "object",
    properties: {
      startup: {
        description: "The startup message, and keys of modules",
        type: "object",
        properties: {
          topic: key("Topic of the startup message", TOPIC),
          message: key("The startup message", {}),
        },
      },
      ...Object.fromEntries(keys),
    },
  };
}
