/** Says for each of the given workers what Deno lets it do: a program, since only that has its own flags. */
const probes: readonly {
  readonly permissions: Deno.PermissionOptions;
  readonly descriptors: readonly Deno.PermissionDescriptor[];
}[] = JSON.parse(await new Response(Deno.stdin.readable).text());

/** In the worker: asks for nothing, only whether it has it. */
function ask(descriptors: readonly Deno.PermissionDescriptor[]): void {
  const states = descriptors.map((one) => Deno.permissions.querySync(one));
  self.postMessage(states.map(({ state }) => state === "granted"));
}

async function probe(
  { permissions, descriptors }: typeof probes[0],
): Promise<boolean[]> {
  const code = `(${ask})(${JSON.stringify(descriptors)})`;
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
