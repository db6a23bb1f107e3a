import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { within } from "../../sdk/testing/conformance/promises.ts";
import { rustTest } from "./rust_case.ts";

/** Compared data: the output of Rust's monitor without times. */
type Counts = Readonly<
  Record<string, {
    readonly reads: Readonly<Record<string, { readonly read: number }>>;
    readonly writes: Readonly<Record<string, { readonly written: number }>>;
  }>
>;

rustTest(
  "the same [monitor] has both write a file with the same fields",
  async (interop) => {
    const { prefix } = interop;
    const folder = await Deno.makeTempDir({ prefix: "caryatid-monitor-" });
    const section = (language: string) => `
[monitor]
output = "${folder}/${language}.json"
frequency_secs = 0.1

[module.hear]
topic = "${prefix}.test"
`;
    const hear = defineModule({
      name: "hear",
      init(context, { topic }) {
        const all = context.subscribe(String(topic));
        context.run(async () => {
          for await (const _ of all);
        });
      },
    });
    {
      await using rust = await interop.rust(section("rust"));
      await using ours = await interop.ours({
        toml: section("ours"),
        modules: [hear],
      });
      for (let number = 0; number < 3; number++) {
        await ours.context.publish(`${prefix}.test`, "Stop");
      }
      await rust.heard(3);
      const [theirs, own] = await Promise.all([
        counted(folder, "rust.json", `${prefix}.test`),
        counted(folder, "ours.json", `${prefix}.test`),
      ]);
      assert.deepEqual(Object.keys(theirs), ["commands", "hear"]);
      const { reads, writes } = theirs.hear!;
      assert.deepEqual(writes, own.hear!.writes);
      assert.equal(
        Object.keys(reads).join(),
        Object.keys(own.hear!.reads).join(),
      );
      for (const field of Object.keys(reads[`${prefix}.test`]!)) {
        assert(field in own.hear!.reads[`${prefix}.test`]!, field);
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
);

/**
 * Resolves with the file when it says that the module `hear` has read three
 * messages.
 */
async function counted(
  folder: string,
  name: string,
  pattern: string,
): Promise<Counts> {
  let text = "";
  const found = async () => {
    using changes = Deno.watchFs(folder);
    for await (const _ of changes) {
      text = await Deno.readTextFile(`${folder}/${name}`).catch(() => "");
      const counts = parsed(text);
      if (counts?.hear?.reads[pattern]?.read === 3) return counts;
    }
    assert.fail("the folder is watched until then");
  };
  return await within(found(), () => `3 messages in ${name}: ${text}`);
}

/**
 * Returns undefined while the file is incomplete, since Rust writes it in
 * place.
 */
function parsed(text: string): Counts | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
