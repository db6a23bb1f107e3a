/** A server with connections. */
interface Server {
  shutdown(): Promise<void>;
  unref(): void;
}

/**
 * Time for open connections to end, in milliseconds. The server does not wait
 * longer for clients that do not read.
 */
const SHUTDOWN_TIMEOUT = 1_000;

/** Closes a server, and leaves connections behind that do not end in time. */
export async function shutDown(server: Server): Promise<void> {
  // Not the signal of Deno.serve: an abort while the server closes throws
  // where nothing can catch it.
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, SHUTDOWN_TIMEOUT);
  await Promise.race([server.shutdown(), timeout.promise]);
  clearTimeout(timer);
  server.unref();
}
