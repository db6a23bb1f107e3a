import type { Gap } from "./live_message.ts";

// No message or topic can end a field: JSON escapes line breaks, and positions
// are made by the server.

/** Returns a message as a server-sent event, for `onmessage`. */
export function eventText(position: string, json: string): string {
  return `id: ${position}\ndata: {${json}}\n\n`;
}

/** Returns a `gap` event: the messages before `position` that are missing. */
export function gapText(position: string, gap: Gap): string {
  return `id: ${position}\nevent: gap\ndata: ${JSON.stringify(gap)}\n\n`;
}

/**
 * Returns the first text on a stream. The position alone does not fire an
 * event, but an `EventSource` remembers it: the client can resume even if it
 * never received a message.
 */
export function openingText(position: string, retry: number): string {
  return `retry: ${retry}\nid: ${position}\n\n`;
}

/** Comment that keeps proxies from closing a quiet connection. */
export const BEAT: Uint8Array<ArrayBuffer> = new TextEncoder().encode(":\n\n");
