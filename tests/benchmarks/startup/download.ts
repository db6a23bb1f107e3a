import { VERSION } from "../../../process/platform/version.ts";
import { Consumer, SDK } from "../../registry/consumer.ts";
import { Registries } from "../../registry/registries.ts";
import type { Case } from "../harness.ts";

/**
 * Packages that only RabbitMQ or foreign CBOR needs: other programs must not
 * download them.
 */
const NOT_THERE: readonly string[] = ["amqplib", "cbor-x", "cbor-extract"];
const AUTHOR = `import { defineModule } from "${SDK}";
export default defineModule({ name: "greeter", init() {} });`;
const PROCESS = `import { Process } from "jsr:@caryatid/process@^${VERSION}";
const config = { log: { level: "error" } } as const;
await using process = await Process.create({ config, env: {} });
await process.start();`;

/** Downloads of a first start, from a registry on this machine. */
export const download: Case = {
  name: "download",
  unit: "B",
  runs: 1,
  run: async () => {
    await using registries = await Registries.start();
    return {
      sdk: await bytesOf(AUTHOR, registries),
      process: await bytesOf(PROCESS, registries),
    };
  },
  remark: "with an empty cache, from jsr: and npm: the file of a module that " +
    "imports the SDK; a program that starts a process in memory. Neither " +
    "amqplib nor cbor-x is among it",
};

async function bytesOf(text: string, registries: Registries): Promise<number> {
  await using user = await Consumer.make(registries, { "main.ts": text });
  const { code, stderr } = await user.run(["run", "--no-prompt", "main.ts"]);
  if (code !== 0) throw new Error(stderr);
  const { bytes, packages } = user.downloaded;
  const strange = packages.filter((name) => NOT_THERE.includes(name));
  if (strange.length > 0) throw new Error(`it downloads ${strange}`);
  return bytes;
}
