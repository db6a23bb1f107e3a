/** What names a frame in the answer to it. */
export type Ref = string | number;

/** What a client says over a WebSocket. */
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

/** Why a text isn't a frame. */
export interface BadFrame {
  readonly kind: "bad";
  readonly detail: string;
  readonly ref: Ref | undefined;
}

/** Longest text that a client may have repeated to it. */
const LONGEST_REF = 64;

/** Deepest message: what the codec allows. */
const DEEPEST = 128;

/** Reads a frame, strictly: it has one of the three kinds, and no key that the kind doesn't know. */
export function readFrame(text: string): SocketFrame | BadFrame {
  const json = parse(text);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return bad("Wanted a JSON object");
  }
  const { ref, subscribe, unsubscribe, publish, after, message, ...rest } =
    json as Record<string, unknown>;
  if (ref !== undefined && !isRef(ref)) {
    return bad(`Wanted a ref of up to ${LONGEST_REF} characters, or a number`);
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
    return bad("Wanted subscribe, unsubscribe or publish with a text", ref);
  }
  if (publish !== undefined) return readPublish(name, message, after, ref);
  if (message !== undefined) return bad("Only publish has a message", ref);
  if (unsubscribe !== undefined && after === undefined) {
    return { kind: "unsubscribe", name, ref };
  }
  if (after !== undefined && (typeof after !== "string" || unsubscribe)) {
    return bad("Wanted after with subscribe, and a text", ref);
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
    return bad("Wanted publish with a message", ref);
  }
  if (isDeeper(message, DEEPEST)) {
    return bad(`Wanted a message of at most ${DEEPEST} levels`, ref);
  }
  return { kind: "publish", name, message, ref };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch { // undefined is no frame, either
    return undefined;
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
