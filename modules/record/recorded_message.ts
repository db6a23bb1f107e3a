/** One message of a recording. */
export interface RecordedMessage {
  /** Its number in the recording: the first is 0, and a restart goes on counting. */
  readonly sequence: number;
  /** When it was published, in milliseconds since 1970. Rust's form doesn't tell. */
  readonly time: number | undefined;
  /** The topic it was published on. Rust's form doesn't tell. */
  readonly topic: string | undefined;
  /** Names the publish. Rust's form doesn't tell. */
  readonly id: string | undefined;
  /** What the publisher put beside the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** What was published. */
  readonly message: unknown;
}

/** What is recorded of a delivery. */
export type Recordable =
  & Pick<
    Required<RecordedMessage>,
    "message" | "headers"
  >
  & {
    readonly time: number;
    readonly topic: string;
    readonly id: string;
  };
