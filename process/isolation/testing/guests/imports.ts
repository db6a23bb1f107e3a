import { defineModule } from "@caryatid/sdk";
import { arch } from "node:os";
import toml from "smol-toml";
import { z } from "zod";
import { word } from "./imported/word.ts";

/** Imports in the ways that a module may, at the top and at a request. */
export default defineModule({
  name: "imports",
  config: z.object({ late: z.string() }),
  init(context, { late }) {
    context.handle("early", () => [
      ...[word, typeof toml.parse, typeof arch()],
      ...[typeof process.env, typeof process.nextTick],
    ]);
    context.handle("late", async () => {
      const module = await import(late);
      return module.default ?? module.word;
    });
    context.handle("data", async () => {
      const { default: data } = await import("./imported/data.json", {
        with: { type: "json" },
      });
      return data.word;
    });
  },
});
