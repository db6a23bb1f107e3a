import { defineModule, isModule } from "@caryatid/sdk";
import { defineBus, isBusClass } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { checkBrand, type ExportBrand } from "./loader.ts";
import { InMemoryBus } from "../mod.ts";

const module = defineModule({ name: "x", init() {} });
const bus = defineBus({ name: "x", create: () => new InMemoryBus() });
const MODULE: ExportBrand<unknown> = {
  name: "a module",
  kind: "module",
  is: isModule,
};
const BUS: ExportBrand<unknown> = {
  name: "a bus",
  kind: "bus",
  is: isBusClass,
};
const found = (kind: string) => `found ${kind}`;

for (const [value, brand] of [[module, MODULE], [bus, BUS]] as const) {
  Deno.test(`checkBrand returns ${brand.name} of this version`, () => {
    assert.equal(checkBrand(value, brand, found), value);
  });
  for (
    const [version, hint] of [
      [2, "Update @caryatid/process."],
      [0, `Make the ${brand.kind} with a newer @caryatid/sdk.`],
    ] as const
  ) {
    Deno.test(`checkBrand throws a hint for ${brand.name} of version ${version}`, () => {
      const other = { ...value, "~caryatid": { kind: brand.kind, version } };
      assert.throws(() => checkBrand(other, brand, found), {
        code: "WRONG_VERSION",
        message:
          `found ${brand.name} of version ${version}; expected version 1`,
        hint,
      });
    });
  }
}

Deno.test("checkBrand throws WRONG_EXPORT for any other value, hostile or not", () => {
  const hostile = Object.defineProperty({}, "~caryatid", {
    get: () => assert.fail("it was asked"),
  });
  for (const value of [null, undefined, 1, {}, bus, hostile]) {
    assert.throws(() => checkBrand(value, MODULE, found), {
      code: "WRONG_EXPORT",
      message: /^found .*; expected a module$/,
    });
  }
});
