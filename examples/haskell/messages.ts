import {
  asNumber,
  defineEnum,
  i64,
  struct,
  text,
  unit,
} from "@caryatid/sdk/rust";

/** As peer/Message.hs declares it: the order of fields counts, and `number` is an integer on the wire. */
export const messages = defineEnum({
  None: unit,
  Test: struct({ data: text, number: asNumber(i64) }),
  String: text,
});
