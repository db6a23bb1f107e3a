import htm from "htm";
import { h } from "preact";

/** Creates elements from templates. Values become text, never markup. */
export const html = htm.bind(h);
