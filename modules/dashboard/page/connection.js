/** Time until the next attempt after a lost connection, in milliseconds. */
const RETRY = 1_500;

/**
 * Stream of events of the server. It is closed while the page is hidden, so
 * that a forgotten tab costs nothing.
 */
export class Connection {
  #source;
  #query = "";
  #timer;
  #onEvent;
  #onStatus;

  /** `onEvent(name, data)`, and `onStatus("live" | "lost" | "locked")`. */
  constructor(onEvent, onStatus) {
    this.#onEvent = onEvent;
    this.#onStatus = onStatus;
    document.addEventListener("visibilitychange", () => this.#update());
    globalThis.addEventListener("pagehide", () => this.#close());
    this.#open();
  }

  /** Changes the tail: `pattern` is undefined for none. */
  tail(pattern, filter) {
    const query = pattern === undefined
      ? ""
      : `?${new URLSearchParams({ tail: pattern, filter })}`;
    if (query === this.#query && this.#source) return;
    this.#query = query;
    this.#close();
    this.#update();
  }

  /** Connects again, for example after a login. */
  restart() {
    this.#close();
    this.#update();
  }

  #update() {
    if (document.visibilityState === "hidden") this.#close();
    else if (!this.#source) this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    const source = new EventSource(`/events${this.#query}`);
    this.#source = source;
    for (const name of ["state", "tail"]) {
      source.addEventListener(name, ({ data }) => {
        if (this.#source !== source) return;
        this.#onStatus("live");
        this.#onEvent(name, JSON.parse(data));
      });
    }
    source.onerror = () => {
      if (this.#source !== source) return;
      this.#close();
      this.#probe();
    };
  }

  /** An EventSource does not report the status and reason of a refusal. */
  async #probe() {
    const query = this.#query;
    const aborter = new AbortController();
    const response = await fetch(`/events${query}`, { signal: aborter.signal })
      .catch(() => undefined);
    if (response?.status === 401) return this.#onStatus("locked");
    if (response?.status === 422) return this.#refused(query, response);
    aborter.abort();
    this.#onStatus("lost");
    this.#timer = setTimeout(() => this.#update(), RETRY);
  }

  /** Continues without a tail that the server refuses. */
  async #refused(query, response) {
    const { message } = await response.json();
    if (query !== this.#query) return;
    const none = { rows: [], left: 0, filtered: 0 };
    this.#onEvent("tail", { ...none, error: message });
    this.#query = "";
    this.#update();
  }

  #close() {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#timer);
  }
}

/** Posts JSON. Returns the answer, or throws an error with a text. */
export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status === 204) return undefined;
  const isJson = response.headers.get("content-type")?.includes("json");
  const answer = isJson ? await response.json() : await response.text();
  if (response.ok) return answer;
  throw new Error(isJson ? `${answer.code}: ${answer.message}` : answer);
}
