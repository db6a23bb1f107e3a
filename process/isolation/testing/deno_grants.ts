const PROBE = new URL("./grant_probe.ts", import.meta.url).href;
const QUERY = `const all = JSON.parse(Deno.args[0]);
console.log(JSON.stringify(all.map((one) => Deno.permissions.querySync(one).state === "granted")))`;

/** Permissions of a worker, and queries to Deno in it. */
export interface Probe {
  readonly permissions: Deno.PermissionOptions;
  readonly descriptors: readonly Deno.PermissionDescriptor[];
}

/**
 * Returns what Deno grants to workers with these permissions, in a process with
 * these flags.
 */
export async function grantedToWorkers(
  probes: readonly Probe[],
  flags: readonly string[] = ["--allow-all"],
): Promise<boolean[][]> {
  const args = ["--unstable-worker-options", ...flags, PROBE];
  return JSON.parse(await denoRun(args, JSON.stringify(probes)));
}

/** Returns what Deno grants to a program with these flags. */
export async function grantedByFlags(
  flags: readonly string[],
  descriptors: readonly Deno.PermissionDescriptor[],
): Promise<boolean[]> {
  const program = `data:text/javascript,${encodeURIComponent(QUERY)}`;
  const args = [...flags, program, JSON.stringify(descriptors)];
  return JSON.parse(await denoRun(args, ""));
}

async function denoRun(
  args: readonly string[],
  input: string,
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}
