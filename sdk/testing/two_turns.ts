import { turnOver } from "../bus/turn.ts";

/** Resolves when the event loop has had two turns: what follows from what happened by now, without waiting outside, has happened. */
export async function twoTurns(): Promise<void> {
  await turnOver();
  await turnOver();
}
