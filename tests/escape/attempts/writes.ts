import type { Attempt, AttemptGroup, Ground } from "../attempt.ts";
import * as fs from "node:fs";
import { chdir } from "node:process";

/** Whatever it does, the file or a new one is there to see. */
function changes(
  name: string,
  change: (path: string, ground: Ground) => unknown,
  more: Partial<Attempt> = {},
): Attempt {
  return {
    name,
    async attempt(ground) {
      await change(`${ground.folder}/secret.txt`, ground);
      return "the file is changed";
    },
    ...more,
  };
}

/** Writes, with no grant but where one is said. */
export const writes: AttemptGroup = {
  title: "Writing files",
  attempts: [
    changes("writes a file", (path) => Deno.writeTextFile(path, "mine")),
    changes(
      "writes a file by node:fs",
      (path) => fs.writeFileSync(path, "mine"),
    ),
    changes("changes the mode of a file", (path) => fs.chmodSync(path, 0o777)),
    changes("renames a file", (path) => Deno.rename(path, `${path}.mine`)),
    changes("cuts a file", (path) => Deno.truncate(path)),
    changes("removes a file", (path) => Deno.remove(path)),
    changes("makes a temporary file", () => Deno.makeTempFile()),
    changes("makes a folder", (path) => Deno.mkdir(`${path}.folder`)),
    changes("changes times of a file", (path) => fs.utimesSync(path, 1, 1)),
    changes("leaves its current folder", () => chdir("/")),
    changes(
      "writes a file that it may only read",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/own.txt`, "mine"),
      { grants: { read: ["{folder}/granted"] } },
    ),
    changes(
      "copies a file out of the folder that it may write",
      (path, { folder }) => Deno.copyFile(path, `${folder}/granted/copy.txt`),
      { grants: { write: ["{folder}/granted"] } },
    ),
    changes(
      "writes beside the folder that it may write, by ../",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/../secret.txt`, "mine"),
      { grants: { write: ["{folder}/granted"] } },
    ),
    changes(
      "writes by a link that lies in the folder that it may write",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/link.txt`, "mine"),
      {
        grants: { write: ["{folder}/granted"] },
        worker: "open",
        process: "open",
        why: "as when reading: Deno follows links that are there",
      },
    ),
  ],
};
