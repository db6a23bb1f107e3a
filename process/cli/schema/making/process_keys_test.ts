import assert from "node:assert/strict";
import { readBuses } from "../../../config/buses.ts";
import { readImportHosts } from "../../../config/import_hosts.ts";
import { Layer, Layers } from "../../../config/layers.ts";
import { readModules } from "../../../config/modules.ts";
import { readProcesses } from "../../../config/processes.ts";
import { Report } from "../../../config/report.ts";
import { readRouter } from "../../../config/routes.ts";
import {
  noticeDeadKeys,
  readLifecycle,
  readLog,
  readMonitor,
  readStartup,
} from "../../../config/settings.ts";
import { TableReader } from "../../../config/table_reader.ts";
import { isTable, type Table } from "../../../config/tables.ts";
import type { JsonSchema } from "./json_schema.ts";
import { makeSchema } from "./make_schema.ts";

/** Tables that are there, so that the readers ask for what is in them. */
const GIVEN = {
  global: { startup: {} },
  import: {},
  lifecycle: {},
  log: { levels: { "any-id": "info" } },
  "message-bus": { "any-id": { class: "in-memory" } },
  "message-correlator": {},
  "message-router": { route: [{ bus: "any-id", pattern: "#" }] },
  module: { "any-id": { permissions: {}, limits: {} } },
  monitor: {},
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

/** What the readers look up in tables, each key dotted. */
async function askedKeys(): Promise<Set<string>> {
  const asked = new Set<string>();
  const watched = watch(GIVEN, "", asked);
  const layers = new Layers();
  layers.add(new Layer("<config>", GIVEN));
  const report = new Report();
  const root = new TableReader([], watched, report);
  const modules = await readModules(root, layers, report);
  const buses = await readBuses(root, layers, report);
  readImportHosts(root, [...modules, ...buses], report);
  readRouter(root, buses, report);
  readProcesses(root, await layers.idsIn("process"), modules, report);
  readStartup(root);
  readLifecycle(root);
  readLog(root, modules, report);
  readMonitor(root);
  noticeDeadKeys(root);
  assert.deepEqual(report.problems, []);
  return asked;
}

/** A table that notes what is looked up in it: readers ask by `Object.hasOwn`. */
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

/** All keys that a schema knows, dotted; of tables by id those of any id. */
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
