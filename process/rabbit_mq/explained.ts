import type { BrokerAddress } from "./broker_address.ts";

const UNTRUSTED = /unable to verify|self[- ]signed/i;

/**
 * The same error, or one that says more: Deno's `node:tls` has one text for an unknown authority and for a certificate that has expired.
 * Deno's own TLS tells them apart, so where it is there it is asked, by a connection on which nothing is sent.
 */
export async function explained(
  error: unknown,
  address: BrokerAddress,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const isVague = error instanceof Error && UNTRUSTED.test(error.message);
  if (!isVague || signal.aborted || !("Deno" in globalThis)) return error;
  try {
    await shakeHands(address, ca, signal);
    return error;
  } catch (explanation) {
    return explanation instanceof Deno.errors.InvalidData ? explanation : error;
  }
}

async function shakeHands(
  { hostname, port }: BrokerAddress,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const connection = await Deno.connect({ hostname, port, signal });
  const secure = await Deno.startTls(connection, {
    hostname,
    ...(ca && { caCerts: [ca] }),
  });
  let open = true;
  const close = () => {
    if (open) secure.close();
    open = false;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    await secure.handshake();
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
