import assert from "node:assert/strict";
import type { ConfigError } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

const GUEST = 'isolation = "process"\n';

async function jailsOf(text: string): Promise<string[]> {
  const { modules, buses } = await readConfig(text, { env: {} });
  return [...modules, ...buses.filter(({ id }) => id !== "memory")]
    .map(({ jail }) => jail);
}

Deno.test("jail is that of the section, else that of [isolation], else auto", async () => {
  assert.deepEqual(await jailsOf(`[module.a]\n${GUEST}`), ["auto"]);
  assert.deepEqual(
    await jailsOf(
      `[isolation]\njail = "required"\n[module.a]\n${GUEST}` +
        `[module.b]\n${GUEST}jail = "off"\n` +
        `[message-bus.c]\nclass = "x"\n${GUEST}`,
    ),
    ["required", "off", "required"],
  );
});

Deno.test("an invalid jail, or one without effect, is reported with its line", async () => {
  for (
    const [text, wanted] of [
      ['[isolation]\njail = "on"', /isolation\.jail: found "on"/],
      ['[isolation]\njails = "off"', /jails/],
      [
        '[module.a]\nisolation = "worker"\njail = "required"',
        /found a required jail with isolation = "worker"/,
      ],
      ['[global]\njail = "off"', /found a key that holds for one module/],
    ] as const
  ) {
    await assert.rejects(jailsOf(text), ({ message }: ConfigError) => {
      assert.match(message, wanted);
      return true;
    });
  }
});
