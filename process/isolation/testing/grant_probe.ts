/**
 * Prints the permissions that Deno grants to each of the given workers. It is a
 * separate program, because only a program has its own flags.
 */
const probes: readonly {
  readonly permissions: Deno.PermissionOptions;
  readonly descriptors: readonly Deno.PermissionDescriptor[];
}[] = JSON.parse(await new Response(Deno.stdin.readable).text());

async function probe(
  { permissions, descriptors }: typeof probes[0],
): Promise<boolean[]> {
  const code = `self.postMessage(${JSON.stringify(descriptors)}.map((one) =>
    Deno.permissions.querySync(one).state === "granted"))`;
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const options = { type: "module", deno: { permissions } } as const;
  const worker = new Worker(url, options);
  const granted = await new Promise<boolean[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  return granted;
}

const answers: boolean[][] = [];
for (const one of probes) answers.push(await probe(one));
const text = new TextEncoder().encode(JSON.stringify(answers));
await Deno.stdout.write(text);
