/** A signal that never fires, and how many wait for it. */
export interface CountedSignal {
  /** To be given to what is tested. */
  readonly signal: AbortSignal;
  /** Handlers that were added and not taken off. */
  readonly handlers: number;
}

/** Makes a signal which shows whether everybody takes their abort handlers off. */
export function countAbortHandlers(): CountedSignal {
  const { signal } = new AbortController();
  const handlers = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (
    ...[type, handler, options]: Parameters<AbortSignal["addEventListener"]>
  ) => {
    handlers.add(handler);
    add(type, handler, options);
  };
  signal.removeEventListener = (
    ...[type, handler, options]: Parameters<AbortSignal["removeEventListener"]>
  ) => {
    handlers.delete(handler);
    remove(type, handler, options);
  };
  return {
    signal,
    get handlers() {
      return handlers.size;
    },
  };
}
