import { z } from "zod";
import { patternKey } from "../config_topics.ts";
import { isLoopback } from "../server_address.ts";

/** Actions that the page can offer. */
const ACTIONS = [
  "publish",
  "request",
  "pause",
  "restart",
  "swap",
  "replay",
  "drop",
] as const;

/** One action that `allow` names. */
export type Action = typeof ACTIONS[number];

const host = z.string().regex(
  /^([\w.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?)$/,
  'expected a name such as "ops.example.com" or "localhost:9800"',
);

const port = z.int().min(0).max(65_535);

/**
 * Schema of `[module.<id>]` of the class `dashboard`. README.md describes the
 * keys.
 */
export const dashboardSchema = z.strictObject({
  address: z.string().regex(
    /^(localhost|\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/,
    "expected an IP address, or localhost",
  ).default("127.0.0.1"),
  port: z.union([port, z.array(port).min(1)]).default(9800),
  hosts: z.array(host).min(1).optional(),
  "token-file": z.string().min(1).optional(),
  "token-env": z.string().min(1).optional(),
  topic: patternKey.default("caryatid.monitor.snapshot"),
  "spans-topic": patternKey.default("caryatid.tracing.spans"),
  allow: z.array(z.enum(ACTIONS)).default([]),
  "max-pages": z.int().min(1).max(1_000).default(200),
}).superRefine((section, refinement) => {
  const { "token-file": file, "token-env": env } = section;
  if (file !== undefined && env !== undefined) {
    refinement.addIssue({
      code: "custom",
      path: ["token-env"],
      message: "found token-file too; expected one of them",
    });
  }
  if (
    file === undefined && env === undefined && !isLoopback(section.address)
  ) {
    refinement.addIssue({
      code: "custom",
      path: ["address"],
      message: "found an address that other machines reach, without a token; " +
        'expected token-file or token-env, or address = "127.0.0.1"',
    });
  }
});

/** Checked section. */
export type DashboardConfig = z.output<typeof dashboardSchema>;
