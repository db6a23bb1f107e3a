const PATIENCE = 120_000;

/** A frame of the protocol. */
export type Json = Readonly<Record<string, unknown>>;

/** Connection of the DevTools protocol: requests by number, and events. */
export class DevTools {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, PromiseWithResolvers<Json>>();
  readonly #listeners = new Map<string, (event: Json) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.onclose = () => resolve());
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.closed.then(() => {
      for (const asked of this.#asked.values()) {
        asked.reject(new Error("Chromium has closed"));
      }
    });
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    const devTools = new DevTools(socket);
    await within(new Promise((resolve) => socket.onopen = resolve));
    return devTools;
  }

  ask(method: string, params: Json, sessionId?: string): Promise<Json> {
    const id = ++this.#count;
    const asked = Promise.withResolvers<Json>();
    this.#asked.set(id, asked);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return within(asked.promise);
  }

  listen(
    session: string,
    method: string,
    received: (event: Json) => void,
  ): void {
    this.#listeners.set(`${session} ${method}`, received);
  }

  #take(message: {
    id?: number;
    sessionId?: string;
    method?: string;
    params?: Json;
    result?: Json;
    error?: { message: string };
  }): void {
    const { id, sessionId, method, params = {}, result, error } = message;
    if (id === undefined) {
      this.#listeners.get(`${sessionId} ${method}`)?.(params);
      return;
    }
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result ?? {});
  }
}

/** Returns `promise`, which rejects at the deadline. */
export async function within<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Chromium took over ${PATIENCE} ms`)),
    PATIENCE,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
