import type { Attempt, Result } from "../attempt.ts";
import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";

const USERS = "/etc/passwd";

/** Attempts to read files by other names and by other functions. */
export const fileNames: readonly Attempt[] = [
  reads("/proc/self/root/etc/passwd"),
  reads("/proc/1/root/etc/passwd"),
  reads("/proc/self/mountinfo", "contained"),
  reads("/proc/self/maps", "contained"),
  reads("/dev/kmsg"),
  reads("//etc//passwd"),
  {
    name: "lists the root folder with Deno.readDir",
    jail: "contained",
    why: "the root folder of the jail has only what Deno needs",
    attempt: async () => {
      const names = await Array.fromAsync(Deno.readDir("/"));
      return names.map(({ name }) => name).join();
    },
  },
  {
    name: "lists files with a pattern of node:fs",
    attempt: async () => {
      const found = await Array.fromAsync(promises.glob("/etc/pass*"));
      return one(found.map(() => "root:x: is in a file that it has listed"));
    },
  },
  {
    name: "watches a folder outside its grants",
    attempt: ({ folder }) => {
      using watcher = Deno.watchFs(folder);
      return `${watcher} watches`;
    },
  },
  {
    name: "resolves a link outside its grants",
    attempt: ({ folder }) => Deno.realPathSync(`${folder}/secret.txt`),
  },
  {
    name: "opens a file as a blob with node:fs",
    attempt: async ({ folder }) =>
      await (await fs.openAsBlob(`${folder}/secret.txt`)).text(),
  },
  {
    name: "reads a file with a stream of node:fs",
    attempt: async ({ folder }) => {
      const stream = fs.createReadStream(`${folder}/secret.txt`);
      return one((await Array.fromAsync(stream)).map(String));
    },
  },
  {
    name: "copies a folder outside its grants with node:fs",
    attempt: ({ folder }) => {
      fs.cpSync(`${folder}/granted`, `${folder}/copy`, { recursive: true });
      return "it is copied";
    },
  },
  {
    name: "opens a file as a database with node:sqlite",
    uncontrolled: true, // it is not a database
    attempt: () => {
      using database = new DatabaseSync(USERS, { readOnly: true });
      return `${database.prepare("SELECT * FROM sqlite_schema").all()}`;
    },
  },
  {
    name: "asks for free space of a disk",
    jail: "contained",
    attempt: () => `${fs.statfsSync("/").blocks} blocks`,
  },
];

function reads(path: string, jail?: Result): Attempt {
  return {
    name: `reads ${path}`,
    ...jail && { jail },
    uncontrolled: true, // not every machine has it
    attempt: async () => {
      const text = await Deno.readTextFile(path);
      return text === "" ? undefined : text.slice(0, 200);
    },
  };
}

/** Returns the first text. Throws if the list is empty. */
function one(texts: readonly string[]): string {
  const [first] = texts;
  if (first === undefined) throw new Error("nothing was found");
  return first;
}
