import fc from "fast-check";
import assert from "node:assert/strict";
import { parse, stringify } from "smol-toml";
import { type AST, parseTOML } from "toml-eslint-parser";
import { KeyPositions } from "./toml_positions.ts";

const TEXTS: Record<string, string> = {
  "tables and dotted keys": `
a.b . c = 1
[module.clock]
  topic = "x" # [not.a.table]
[ module . "odd.key" ]
'x y'."z\\u0041" = 1
"a\\"b" = 2
[module.clock.below]
x.y = 1
x.z = 2`,
  "arrays of tables": `
[[route]]
pattern = "a"
[route.below]
x = 1
[[route]]
pattern = "b"
  [[route.inner]]
  y = 1
  [[route.inner]]
  y = 2
[route.below]
x = 2`,
  "inline tables and arrays": `
a = { b = 1, c = { d = [ 1, { e = 2 } ] } }
f = [
  "x", # ] comment
  [ 1, 2 ],
  { g = 1, h.i = 2 },
]
j = []
k = {}
l = 1`,
  "texts of all kinds": `
a = "q\\"[x]\\\\"
b = 'it''
c = """
[no.table]
x = "1" \\"""
"""""
d = '''
[no.table]
'' x = 1 '''''
e = ""
f = ''
g = """"""
h = 1`.replace("'it''", "'it'"),
  "dates and numbers": `
a = 1979-05-27 07:32:00
b = [ 1979-05-27T07:32:00Z, 07:32:00, -inf, 0x1F, 1e3 ]
c = { d = 1979-05-27 07:32:00, e = 1 }
f = true`,
  "CRLF and tabs": "\r\n[a]\r\n\tb = 1\r\n\r\n\tc = '''\r\n\r\n'''\r\nd = 2",
  "no line end at the end": "a = 1 # end",
  "a comment only": "# [a]",
};

Deno.test("KeyPositions finds every key where toml-eslint-parser finds it", async (t) => {
  for (const [name, text] of Object.entries(TEXTS)) {
    await t.step(name, () => {
      parse(text);
      compare(text);
    });
  }

  await t.step("in 300 generated texts", () => {
    const key = fc.oneof(
      fc.constantFrom("a", "b", "c-1", "0", "constructor", "x y", 'q"', "é.é"),
      fc.string({ minLength: 1, maxLength: 3 }),
    ).filter((key) => key !== "__proto__");
    const { table } = fc.letrec<{ table: unknown; value: unknown }>((tie) => ({
      table: fc.dictionary(key, tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.string(),
        fc.constantFrom(true, 1.5, '"""', "'''", "#", "\n[a]\n", new Date(0)),
        tie("table"),
        fc.array(tie("table"), { maxLength: 3 }),
        fc.array(fc.string(), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(table, (data) => compare(stringify(data))),
      { numRuns: 300 },
    );
  });
});

Deno.test("KeyPositions returns the nearest table of a missing key, or undefined", () => {
  const positions = new KeyPositions("\n[a.b]\nc = 1");
  assert.deepEqual(positions.nearest(["a", "b", "c"]), { line: 3, column: 1 });
  assert.deepEqual(positions.nearest(["a", "b", "x"]), { line: 2, column: 4 });
  assert.deepEqual(positions.nearest(["x"]), undefined);
  assert.deepEqual(positions.nearest([]), undefined);
});

Deno.test("KeyPositions does not count a byte order mark", () => {
  const positions = new KeyPositions("\ufeffa = 1");
  assert.deepEqual(positions.nearest(["a"]), { line: 1, column: 1 });
});

Deno.test("F5 KeyPositions ends, whatever the text", () => {
  const characters = [..."[]{}.=,#'\"\\\n\r \tab1-"];
  const text = fc.string({
    unit: fc.constantFrom(...characters),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, (text) => {
      try {
        new KeyPositions(text);
      } catch (error) {
        // the error of smol-toml for an invalid key
        assert.equal((error as Error).name, "Error");
      }
    }),
    { numRuns: 2_000 },
  );
});

function compare(text: string): void {
  const positions = new KeyPositions(text);
  const expected = new Map<string, [path: (string | number)[], AST.HasLocs]>();
  const note = (path: (string | number)[], node: AST.HasLocs) => {
    const key = JSON.stringify(path);
    if (!expected.has(key)) expected.set(key, [path, node]);
  };
  noteKeys(parseTOML(text, { tomlVersion: "1.1" }).body[0], note);
  for (const [path, { loc: { start } }] of expected.values()) {
    assert.deepEqual(
      positions.nearest(path),
      { line: start.line, column: start.column + 1 },
      `${JSON.stringify(path)} in\n${text}`,
    );
  }
}

type Note = (path: (string | number)[], node: AST.HasLocs) => void;

function noteKeys(root: AST.TOMLTopLevelTable, note: Note): void {
  for (const node of root.body) {
    if (node.type === "TOMLKeyValue") {
      notePair(node, [], note);
      continue;
    }
    // resolvedKey has the numbers of elements, which the written key has not.
    const path = node.resolvedKey;
    let part = 0;
    path.forEach((key, index) => {
      if (typeof key === "string") {
        note(path.slice(0, index + 1), node.key.keys[part++]!);
      }
    });
    if (node.kind === "array") note(path, node);
    for (const pair of node.body) notePair(pair, path, note);
  }
}

function notePair(
  pair: AST.TOMLKeyValue,
  table: (string | number)[],
  note: Note,
): void {
  let path = table;
  for (const key of pair.key.keys) {
    path = [...path, key.type === "TOMLBare" ? key.name : key.value];
    note(path, key);
  }
  noteValue(pair.value, path, note);
}

function noteValue(
  node: AST.TOMLContentNode,
  path: (string | number)[],
  note: Note,
): void {
  if (node.type === "TOMLInlineTable") {
    for (const pair of node.body) notePair(pair, path, note);
  } else if (node.type === "TOMLArray") {
    node.elements.forEach((element, index) => {
      note([...path, index], element);
      noteValue(element, [...path, index], note);
    });
  }
}
