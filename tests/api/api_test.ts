import assert from "node:assert/strict";
import { apiText, PACKAGES, snapshotOf } from "./api_text.ts";
import type { DeclarationNode } from "./doc_nodes.ts";
import { symbolText } from "./symbol_text.ts";

for (const folder of PACKAGES) {
  Deno.test(`no public name or signature of ${folder} changes unnoticed`, async () => {
    const file = snapshotOf(folder);
    const accepted = (await Deno.readTextFile(file)).split("\n");
    const found = (await apiText(folder)).split("\n");
    const isSame = accepted.join() === found.join();
    assert(
      isSame,
      [
        `${folder} exports something else than tests/api/${folder}.txt says.`,
        "If that is meant: deno task api, and a line in CHANGELOG.md.",
        ...without(accepted, found).map((line) => `- ${line}`),
        ...without(found, accepted).map((line) => `+ ${line}`),
      ].join("\n"),
    );
  });
}

Deno.test("a parameter that must be given now, and a member that is gone, show", () => {
  const text = (kind: "assign" | "identifier", names: string[]) =>
    symbolText({
      name: "Bus",
      declarations: [{
        declarationKind: "export",
        kind: "class",
        def: {
          constructors: [{
            name: "constructor",
            params: [{
              kind,
              name: "options",
              left: { kind: "identifier", name: "options" },
            }],
          }],
          properties: names.map((name) => ({
            name,
            readonly: true,
            tsType: { kind: "keyword", value: "number" },
          })),
        },
      }],
    });
  const before = text("assign", ["left", "size"]);
  assert.equal(
    before,
    "class Bus\n  constructor(options?: (inferred))\n" +
      "  readonly left: number\n  readonly size: number",
  );
  assert.notEqual(text("identifier", ["left", "size"]), before);
  assert.notEqual(text("assign", ["left"]), before);
});

Deno.test("a type that the snapshot cannot show is an error, not a gap", () => {
  const def = {
    tsType: { kind: "newKind" },
  } as unknown as DeclarationNode["def"];
  const declaration = {
    declarationKind: "export",
    kind: "typeAlias",
    def,
  } as const;
  assert.throws(
    () => symbolText({ name: "Odd", declarations: [declaration] }),
    { message: /Cannot write a type: \{"kind":"newKind"\}/ },
  );
});

/** Returns the lines of `all` that `others` lacks, with repetitions. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
