import {
  asNumber,
  defineEnum,
  i64,
  struct,
  text,
  unit,
} from "@caryatid/sdk/rust";

/**
 * Messages as in peer/Message.hs: the order of fields counts, and `number` is
 * an integer on the wire.
 */
export const messages = defineEnum({
  None: unit,
  Test: struct({ data: text, number: asNumber(i64) }),
  String: text,
});
