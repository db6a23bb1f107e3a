/** Id of a frame, which the answer repeats. */
export type Ref = string | number;

/** Frame from a client. */
export type SocketFrame =
  & { readonly ref: Ref | undefined }
  & (
    | {
      readonly kind: "subscribe";
      readonly name: string;
      readonly after: string | undefined;
    }
    | { readonly kind: "unsubscribe"; readonly name: string }
    | {
      readonly kind: "publish";
      readonly name: string;
      readonly message: unknown;
    }
  );

/** Reason for which a text is not a valid frame. */
export interface BadFrame {
  readonly kind: "bad";
  readonly detail: string;
  readonly ref: Ref | undefined;
}

/** Longest `ref` that an answer repeats, in characters. */
const LONGEST_REF = 64;

/** Deepest nesting of a message, as in the codec. */
const DEEPEST = 128;

/**
 * Reads a frame strictly: it must have exactly one of the three kinds, and no
 * key that its kind does not allow.
 */
export function readFrame(text: string): SocketFrame | BadFrame {
  const json = parse(text);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return bad("Expected a JSON object");
  }
  const { ref, subscribe, unsubscribe, publish, after, message, ...rest } =
    json as Record<string, unknown>;
  if (ref !== undefined && !isRef(ref)) {
    return bad(
      `Expected a ref of up to ${LONGEST_REF} characters, or a number`,
    );
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    return bad(`Found the key ${JSON.stringify(unknown.slice(0, 40))}`, ref);
  }
  const name = subscribe ?? unsubscribe ?? publish;
  const kinds = [subscribe, unsubscribe, publish].filter((one) =>
    one !== undefined
  );
  if (kinds.length !== 1 || typeof name !== "string") {
    return bad("Expected subscribe, unsubscribe or publish with a text", ref);
  }
  if (publish !== undefined) return readPublish(name, message, after, ref);
  if (message !== undefined) return bad("Only publish has a message", ref);
  if (unsubscribe !== undefined && after === undefined) {
    return { kind: "unsubscribe", name, ref };
  }
  if (
    after !== undefined &&
    (typeof after !== "string" || unsubscribe !== undefined)
  ) {
    return bad("Expected after with subscribe, and a text", ref);
  }
  return { kind: "subscribe", name, after, ref };
}

function readPublish(
  name: string,
  message: unknown,
  after: unknown,
  ref: Ref | undefined,
): SocketFrame | BadFrame {
  if (message === undefined || after !== undefined) {
    return bad("Expected publish with a message", ref);
  }
  if (isDeeper(message, DEEPEST)) {
    return bad(`Expected a message of at most ${DEEPEST} levels`, ref);
  }
  return { kind: "publish", name, message, ref };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // other types are not valid frames
  }
}

function isRef(ref: unknown): ref is Ref {
  return typeof ref === "number" ||
    typeof ref === "string" && ref.length <= LONGEST_REF;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 ||
    Object.values(value).some((each) => isDeeper(each, levels - 1));
}

function bad(detail: string, ref?: Ref): BadFrame {
  return { kind: "bad", detail, ref };
}
