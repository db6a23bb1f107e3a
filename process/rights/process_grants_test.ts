import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { silentProcess } from "../testing/silent_process.ts";

const reader = defineModule({
  name: "reader",
  permissions: { net: ["a.example:1"], read: ["/data"] },
  init() {},
});

Deno.test("the process reports everything that modules ask for and lack, and does not start", async () => {
  const process = await silentProcess([reader], {
    module: {
      reader: { permissions: { read: ["/data"] } },
      second: { class: "reader", permissions: {} },
    },
  });
  await assert.rejects(process.start(), (error: Error & { code: string }) => {
    assert.equal(error.code, "INVALID_CONFIG");
    const expected = [
      'Cannot run module "reader": it asks for net of "a.example:1", found no grant of it; expected one (Add net = ["a.example:1"] to [module.reader.permissions].)',
      'Cannot run module "second": it asks for net of "a.example:1", found no grant of it; expected one (Add net = ["a.example:1"] to [module.second.permissions].)',
      'Cannot run module "second": it asks for read of "/data", found no grant of it; expected one (Add read = ["/data"] to [module.second.permissions].)',
    ];
    for (const line of expected) assert(error.message.includes(line), line);
    return true;
  });
});

Deno.test("declared topics are asked for if the file lists topics", async () => {
  const talker = defineModule({
    name: "talker",
    topics: { publish: ["mine.a"], subscribe: ["yours.#"] },
    init() {},
  });
  const start = async (permissions: Record<string, readonly string[]>) => {
    await using process = await silentProcess([talker], {
      module: { talker: { permissions } },
    });
    await process.start();
  };
  await start({ publish: ["mine.*"] });
  await assert.rejects(start({ publish: ["mine.*"], subscribe: ["yours.*"] }), {
    code: "INVALID_CONFIG",
    hint: 'Add "yours.#" to subscribe of [module.talker.permissions].',
  });
});

Deno.test("a module without isolation and [module.x.permissions] may ask for anything", async () => {
  await using process = await silentProcess([reader]);
  await process.start();
});

Deno.test("a grant that no module asks for is a warning", async () => {
  using logs = new CapturedLogs();
  await using process = await silentProcess([reader], {
    log: { level: "info" },
    module: {
      reader: {
        permissions: { net: ["a.example"], read: ["/"], env: ["HOME"] },
      },
    },
  });
  await process.start();
  const warned = logs.lines.filter((line) => line.includes("is granted"));
  assert.equal(warned.length, 1, logs.lines.join("\n"));
  assert.match(
    warned[0]!,
    /Module "reader" is granted env of "HOME": found that it does not ask for it/,
  );
});
