import assert from "node:assert/strict";
import { readBuses, readRouter } from "../../../process/config/buses.ts";
import { readJail } from "../../../process/config/code_keys.ts";
import { readImportHosts } from "../../../process/config/import_hosts.ts";
import { Layer, Layers } from "../../../process/config/layers.ts";
import { readModules } from "../../../process/config/modules.ts";
import { Report, TableReader } from "../../../process/config/table_reader.ts";
import {
  noticeDeadKeys,
  readLifecycle,
  readLog,
  readMonitor,
  readProcesses,
  readStartup,
  readTracing,
} from "../../../process/config/settings.ts";
import { isTable, type Table } from "../../../process/config/tables.ts";
import type { JsonSchema } from "../../../cli/schema/making/json_schema.ts";
import { makeSchema } from "../../../cli/schema/making/make_schema.ts";

/** Tables that exist, so that the readers look up their keys. */
const GIVEN = {
  isolation: {},
  global: { startup: {} },
  import: {},
  lifecycle: {},
  log: { levels: { "any-id": "info" } },
  "message-bus": {
    "any-id": {
      class: "rabbit-mq",
      isolation: "process",
      permissions: {},
      limits: {},
    },
  },
  "message-correlator": {},
  "message-router": { route: [{ bus: "any-id", pattern: "#" }] },
  module: { "any-id": { permissions: {}, limits: {} } },
  monitor: {},
  tracing: {},
  process: { "any-id": { modules: ["any-id"] } },
};

Deno.test("the schema has the keys that the process reads, and no others", async () => {
  const asked = await askedKeys();
  const known = new Set(
    schemaKeys(makeSchema("0.0.0", { modules: {}, buses: {} })),
  );
  assert.deepEqual([...asked.difference(known)], []);
  assert.deepEqual([...known.difference(asked)], []);
});

/** Returns the keys that the readers look up, dotted. */
async function askedKeys(): Promise<Set<string>> {
  const asked = new Set<string>();
  const watched = watch(GIVEN, "", asked);
  const layers = new Layers();
  layers.add(new Layer("<config>", GIVEN));
  const report = new Report();
  const root = new TableReader([], watched, report);
  const jail = readJail(root);
  const modules = await readModules(root, layers, report, jail);
  const buses = await readBuses(root, layers, report, jail);
  readImportHosts(root, [...modules, ...buses], report);
  readRouter(root, buses, report);
  readProcesses(root, await layers.idsIn("process"), modules, report);
  readStartup(root);
  readLifecycle(root);
  readLog(root, modules, report);
  readMonitor(root, []);
  readTracing(root);
  noticeDeadKeys(root);
  assert.deepEqual(report.problems, []);
  return asked;
}

/**
 * A table that records lookups: readers use `Object.hasOwn`.
 */
function watch(table: Table, path: string, asked: Set<string>): Table {
  const below = Object.entries(table).map(([key, value]) => [
    key,
    isTable(value)
      ? watch(value, `${path}${key}.`, asked)
      : Array.isArray(value)
      ? value.map((one) =>
        isTable(one) ? watch(one, `${path}${key}.`, asked) : one
      )
      : value,
  ]);
  return new Proxy(Object.fromEntries(below), {
    getOwnPropertyDescriptor(target, key) {
      asked.add(path + String(key));
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}

/** Returns all keys of a schema, dotted; for tables by id those of any id. */
function schemaKeys(schema: JsonSchema): string[] {
  const root = schema as { definitions: Record<string, JsonSchema> };
  const keysOf = (schema: JsonSchema, path: string): string[] => {
    if (typeof schema === "boolean") return [];
    const { properties = {}, patternProperties = {}, items } = schema;
    const { additionalProperties: others, $ref } = schema;
    const target = typeof $ref === "string"
      ? root.definitions[$ref.split("/").at(-1)!]!
      : false;
    const ids = [...Object.values(patternProperties as object), others];
    return [
      ...Object.entries(properties as Record<string, JsonSchema>).flatMap(
        ([key, value]) => [path + key, ...keysOf(value, `${path}${key}.`)],
      ),
      ...ids.filter(isTable).flatMap((value) => [
        `${path}any-id`,
        ...keysOf(value, `${path}any-id.`),
      ]),
      ...isTable(items) ? keysOf(items, path) : [],
      ...keysOf(target, path),
    ];
  };
  return keysOf(schema, "");
}
