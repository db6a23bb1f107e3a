/** A release that can't be made as asked: what was found, and what is wanted. */
export class Refusal extends Error {}
