import type { Case, Figures } from "../harness.ts";

const root = new URL("../../../", import.meta.url);
/** What only RabbitMQ, or CBOR by others, needs: never to be downloaded without it. */
const NOT_THERE = /^(amqplib|cbor-x)@/;

interface Graph {
  readonly modules: readonly {
    readonly kind: string;
    readonly size?: number;
    readonly npmPackage?: string;
  }[];
  readonly npmPackages: Readonly<Record<string, Package>>;
}

interface Package {
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** What a first start has to fetch. */
export const download: readonly Case[] = [
  {
    name: "download-sdk",
    unit: "B",
    runs: 1,
    run: () => bytesOf("sdk/mod.ts"),
    remark: "what import { … } from @caryatid/sdk brings: sources, and npm " +
      "packages as they are unpacked",
  },
  {
    name: "download-process",
    unit: "B",
    runs: 1,
    run: () => bytesOf("process/mod.ts"),
    remark: "what @caryatid/process brings, for in-memory buses: neither " +
      "amqplib nor cbor-x is among it",
  },
];

/** Of all that an entry imports literally, at once or later: Deno fetches no less. */
async function bytesOf(entry: string): Promise<Figures> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL(entry, root).pathname],
    cwd: root.pathname,
    stderr: "inherit",
  }).output();
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const packages = packagesOf(graph);
  const strange = [...packages].filter((name) => NOT_THERE.test(name));
  if (strange.length > 0) throw new Error(`${entry} imports ${strange}`);
  const sources = graph.modules.reduce((sum, { size = 0 }) => sum + size, 0);
  let npm = 0;
  for (const name of packages) {
    npm += await folderSize(graph.npmPackages[name]!.localPath);
  }
  return { sources, npm };
}

/** Deno lists all of the lock: those that are imported, and what they need. */
function packagesOf({ modules, npmPackages }: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const one of npmPackages[name]?.dependencies ?? []) add(one);
  };
  for (const { npmPackage } of modules) if (npmPackage) add(npmPackage);
  return found;
}

async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory
      ? await folderSize(path)
      : (await Deno.stat(path)).size;
  }
  return bytes;
}
