/** A typed topic of a module, in an answer of its process. */
export interface TypedTopicMessage {
  /** Id of the module that receives its messages. */
  readonly module: string;
  readonly pattern: string;
  /** True if the module answers requests on it; missing otherwise. */
  readonly request?: boolean;
  /** JSON Schema of the messages. */
  readonly schema: Readonly<Record<string, unknown>>;
}
