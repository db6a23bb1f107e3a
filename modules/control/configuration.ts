import { z } from "zod";

/** Nobody but this machine gets through, whatever a firewall lets in. */
const LOOPBACK = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/;

/** The keys of the section. */
export const configuration = z.strictObject({
  listen: z.string().regex(LOOPBACK, {
    error: "wanted an address of this machine and a port: 127.0.0.1:4650, " +
      "or :0 for any that is free",
  }).default("127.0.0.1:0"),
  file: z.string().min(1).default("control.json"),
});

/** A checked section. */
export type Configuration = z.output<typeof configuration>;

/** What `listen` is made of. */
export function addressOf(
  { listen }: Configuration,
): { hostname: string; port: number } {
  const [, host, port] = listen.match(LOOPBACK)!;
  return { hostname: host!.replace(/^\[|\]$/g, ""), port: Number(port) };
}
