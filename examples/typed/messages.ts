import { z } from "zod";

/** Messages of this example: a Rust enum in its form on the wire. */
export const messages = z.union([
  z.strictObject({
    Test: z.strictObject({ data: z.string(), number: z.int() }),
  }),
  z.strictObject({ String: z.string() }),
  z.strictObject({
    Clock: z.strictObject({ time: z.iso.datetime(), number: z.int() }),
  }),
  z.strictObject({ Json: z.json() }),
  z.strictObject({ None: z.tuple([]) }),
]);
