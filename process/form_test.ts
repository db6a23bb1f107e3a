import { defineModule, isModule } from "@caryatid/sdk";
import { defineBus, isBusClass } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { checkForm, type Form } from "./form.ts";
import { InMemoryBus } from "./mod.ts";

const module = defineModule({ name: "x", init() {} });
const bus = defineBus({ name: "x", create: () => new InMemoryBus() });
const MODULE: Form<unknown> = {
  name: "a module",
  kind: "module",
  is: isModule,
};
const BUS: Form<unknown> = { name: "a bus", kind: "bus", is: isBusClass };
const found = (kind: string) => `found ${kind}`;

for (const [value, form] of [[module, MODULE], [bus, BUS]] as const) {
  Deno.test(`checkForm() lets ${form.name} of this version pass`, () => {
    assert.equal(checkForm(value, form, found), value);
  });
  for (
    const [version, hint] of [
      [2, "update @caryatid/process"],
      [0, `make the ${form.kind} with a newer @caryatid/sdk`],
    ] as const
  ) {
    Deno.test(`checkForm() says what to do about ${form.name} of version ${version}`, () => {
      const other = { ...value, "~caryatid": { kind: form.kind, version } };
      assert.throws(() => checkForm(other, form, found), {
        code: "WRONG_VERSION",
        message: `found ${form.name} of version ${version}, wanted version 1`,
        hint,
      });
    });
  }
}

Deno.test("checkForm() refuses all else as WRONG_EXPORT, hostile or not", () => {
  const hostile = Object.defineProperty({}, "~caryatid", {
    get: () => assert.fail("it was asked"),
  });
  for (const value of [null, undefined, 1, {}, bus, hostile]) {
    assert.throws(() => checkForm(value, MODULE, found), {
      code: "WRONG_EXPORT",
      message: /^found .*, wanted a module$/,
    });
  }
});
