import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import type { Attempt } from "../attempt.ts";

/** Attempts to write files with other functions. */
export const fileWriters: readonly Attempt[] = [
  writes("appends to a file", (path) => fs.appendFileSync(path, "mine")),
  writes(
    "writes a file with a stream of node:fs",
    (path) =>
      new Promise<void>((resolve, reject) =>
        fs.createWriteStream(path)
          .on("error", reject)
          .on("close", () => resolve())
          .end("mine")
      ),
  ),
  writes("creates a link to a file", (path) => fs.linkSync(path, `${path}.l`)),
  writes(
    "creates a symbolic link",
    (path) => fs.symlinkSync("/etc/passwd", `${path}.s`),
  ),
  writes(
    "creates a temporary folder with node:fs",
    (path) => fs.mkdtempSync(path),
  ),
  writes(
    "copies a file over another one",
    (path) => Deno.copyFile(path.replace(".txt", ".json"), path),
  ),
  writes("creates a database with node:sqlite", (path) => {
    using database = new DatabaseSync(`${path}.db`);
    database.exec("CREATE TABLE mine (x)");
  }),
  writes("opens a file for writing with node:fs/promises", async (path) => {
    await using file = await promises.open(path, "w");
    await file.write("mine");
  }),
];

function writes(name: string, write: (path: string) => unknown): Attempt {
  return {
    name,
    attempt: async ({ folder }) => {
      await write(`${folder}/secret.txt`);
      return "the file is changed";
    },
  };
}
