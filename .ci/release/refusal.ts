/** Reason why a release is impossible: what was found, what is expected. */
export class Refusal extends Error {}
