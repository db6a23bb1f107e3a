/** Files of the ground and their texts, without the links. */
const FILES: Readonly<Record<string, string>> = {
  "secret.txt": "the secret of the host",
  "secret.json": '{ "secret": "of the host" }',
  "code.ts": 'export default "code of the host";',
  "granted/own.txt": "its own",
};

/** Other names that belong to the ground. */
const MORE = ["granted", "granted/link.txt", "granted/hard.txt"];
const OF_HOST = [
  "granted/socket",
  "granted/attempt.ts",
  "granted/attempt.cjs",
  "granted/module.ts",
];

/** Creates or restores the files, and removes all others. */
export async function layOut(folder: string): Promise<void> {
  for (const path of await namesIn(folder)) {
    const known = path in FILES || MORE.includes(path) ||
      OF_HOST.includes(path);
    if (!known) await Deno.remove(`${folder}/${path}`, { recursive: true });
  }
  await Deno.mkdir(`${folder}/granted`, { recursive: true });
  for (const [path, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${folder}/${path}`, text);
    await Deno.chmod(`${folder}/${path}`, 0o600);
  }
  await replaced(
    `${folder}/granted/link.txt`,
    (path) => Deno.symlink(`${folder}/secret.txt`, path),
  );
  await replaced(
    `${folder}/granted/hard.txt`,
    (path) => Deno.link(`${folder}/secret.txt`, path),
  );
}

/** Returns the differences from the files that `layOut` created. */
export async function strayFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of await namesIn(folder)) {
    if (MORE.includes(path) || OF_HOST.includes(path)) continue;
    if (!(path in FILES)) found.push(`${path} is new`);
  }
  for (const [path, text] of Object.entries(FILES)) {
    const now = await Deno.readTextFile(`${folder}/${path}`).catch(() => "");
    if (now !== text) found.push(`${path} has changed`);
  }
  return found;
}

async function replaced(
  path: string,
  make: (path: string) => Promise<void>,
): Promise<void> {
  await Deno.remove(path).catch(() => {}); // may be missing
  await make(path);
}

async function namesIn(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder + below)) {
    const path = `${below}/${name}`;
    names.push(path.slice(1));
    if (isDirectory) names.push(...await namesIn(folder, path));
  }
  return names;
}
