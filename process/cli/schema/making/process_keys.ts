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
import { MODULE_KEYS } from "./module_keys.ts";

const LEVEL = { enum: ["debug", "info", "warn", "error"] };

/** The tables of the process itself; those of modules and buses are made elsewhere. */
export const PROCESS_KEYS: Keys = {
  global: globalTable(),
  import: table({
    hosts: key("The only hosts that code may come from", list(TEXT)),
  }),
  lifecycle: table({
    "start-deadline": key("Seconds; 0 is for ever (30)", SECONDS_OR_0),
    "stop-deadline": key("Seconds for work in hand (10)", SECONDS_OR_0),
  }),
  log: table({
    level: key("What is logged: this and graver (info)", LEVEL),
    format: key("Lines for a person, or objects (pretty)", {
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
    output: key("The file that has the last snapshot", TEXT),
    topic: key("Where each snapshot is published", TOPIC),
    "frequency-secs": key("Seconds between snapshots (5)", SECONDS),
    frequency_secs: key("The same, as Rust spells it", SECONDS),
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

/** Any key that a module has, but none of those that say how one is loaded. */
function globalTable(): JsonSchema {
  const keys = Object.keys(MODULE_KEYS).map((name) => [name, false]);
  return {
    description: "Laid under the section of each module",
    type: "object",
    properties: {
      startup: table({
        topic: key("Where the startup message is published", TOPIC),
        message: key("The startup message", {}),
      }),
      ...Object.fromEntries(keys),
    },
  };
}
