import { rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { settingsSchema } from "../../../process/rabbit_mq/settings.ts";
import { ROOT } from "../../support/running_program.ts";
import { blocksIn, keysIn } from "./readme.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/guide/rabbitmq.md`);
const README = await Deno.readTextFile(`${ROOT}README.md`);

/** A Standard Schema with the JSON Schema of zod. */
interface JsonSchemaSource {
  readonly version: 1;
  readonly jsonSchema?: {
    input(options: { readonly target: string }): Described;
  };
}

/** Default and properties of a key in a JSON Schema. */
interface Described {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
}

Deno.test("docs/guide/rabbitmq.md names every key of the bus with its default", () => {
  const documented = keysIn(PAGE).map(({ table, key, value }) => {
    const path = `${table}.${key}`.replace("message-bus.x.", "");
    return [path, value === undefined ? undefined : parse(`x = ${value}`).x];
  });
  const source: JsonSchemaSource = settingsSchema["~standard"];
  const schema = source.jsonSchema!.input({ target: "draft-2020-12" });
  const real = defaultsOf(schema);
  assert.deepEqual(sorted(documented), sorted(real));
});

Deno.test("the bus accepts the settings in docs/guide/rabbitmq.md and README.md", () => {
  const blocks = [...blocksIn(PAGE, "toml"), ...blocksIn(README, "toml")]
    .filter((block) => block.includes("[message-bus.external]"));
  assert.equal(blocks.length, 2);
  for (const block of blocks) {
    const { "message-bus": buses } = parse(block) as {
      "message-bus": { external: Record<string, unknown> };
    };
    const { class: name, ...settings } = buses.external;
    assert.equal(name, "rabbit-mq");
    rabbitMqSettings(settings);
  }
});

function defaultsOf(
  { properties = {} }: Described,
  prefix = "",
): [path: string, value: unknown][] {
  return Object.entries(properties).flatMap(([key, described]) =>
    described.properties
      ? defaultsOf(described, `${prefix}${key}.`)
      : [[`${prefix}${key}`, described.default] as [string, unknown]]
  );
}

function sorted(entries: readonly unknown[][]): unknown[] {
  return entries.toSorted(([a], [b]) => String(a) < String(b) ? -1 : 1);
}
