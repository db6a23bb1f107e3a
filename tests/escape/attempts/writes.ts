import type { Attempt, AttemptGroup, Ground } from "../attempt.ts";
import { fileWriters } from "./file_writers.ts";
import * as fs from "node:fs";
import { chdir } from "node:process";

/** Creates an attempt that leaves a changed or a new file. */
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

/** Attempts to write files. A guest has only the grants of its attempt. */
export const writes: AttemptGroup = {
  title: "Writing files",
  jail: true,
  attempts: [
    changes("writes a file", (path) => Deno.writeTextFile(path, "mine")),
    changes(
      "writes a file with node:fs",
      (path) => fs.writeFileSync(path, "mine"),
    ),
    changes("changes the mode of a file", (path) => fs.chmodSync(path, 0o777)),
    changes("renames a file", (path) => Deno.rename(path, `${path}.mine`)),
    changes("truncates a file", (path) => Deno.truncate(path)),
    changes("removes a file", (path) => Deno.remove(path)),
    changes("creates a temporary file", () => Deno.makeTempFile()),
    changes("creates a folder", (path) => Deno.mkdir(`${path}.folder`)),
    changes(
      "changes the timestamps of a file",
      (path) => fs.utimesSync(path, 1, 1),
    ),
    changes("changes its working directory", () => chdir("/"), {
      jail: "contained",
    }),
    changes(
      "writes a file that it has permission to read only",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/own.txt`, "mine"),
      { grants: { read: ["{folder}/granted"] } },
    ),
    changes(
      "copies a file from outside into the writable folder",
      (path, { folder }) => Deno.copyFile(path, `${folder}/granted/copy.txt`),
      { grants: { write: ["{folder}/granted"] } },
    ),
    changes(
      "writes outside the writable folder through ../",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/../secret.txt`, "mine"),
      { grants: { write: ["{folder}/granted"] }, jail: "contained" },
    ),
    changes(
      "writes through a symbolic link in the writable folder",
      (_, { folder }) =>
        Deno.writeTextFile(`${folder}/granted/link.txt`, "mine"),
      {
        grants: { write: ["{folder}/granted"] },
        worker: "open",
        process: "open",
        jail: "contained",
        why: "Deno follows existing links, as it does for reading",
      },
    ),
    ...fileWriters,
  ],
};
