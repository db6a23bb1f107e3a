import type {
  BusSubscribeOptions,
  DeadLetterFilter,
  DeadLetters,
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  PublishOptions,
  RequestOptions,
  Subscription,
} from "@caryatid/sdk";
import { BusLayer } from "@caryatid/sdk/bus";
import type {
  ModuleConfig,
  Place,
  ProcessConfig,
} from "../config/process_config.ts";
import { grantLine } from "./grant_line.ts";
import {
  BUS_KINDS,
  type BusKind,
  grantsOfModule,
  isRestricted,
} from "./grants.ts";
import { type BusRights, Rights } from "./rights.ts";

/**
 * Layer for a module whose rights to topics or groups are restricted. It
 * rejects every other call with `FORBIDDEN`, before the call is counted or
 * sent. It runs in the host, so that the code of the module cannot change it.
 *
 * A pattern of which some topics are not granted is rejected as a whole.
 */
export class RightsBus extends BusLayer {
  readonly #rights: Rights;

  /** Wraps `inner` for a module with these rights. */
  constructor(inner: MessageBus, rights: Rights) {
    super(inner);
    this.#rights = rights;
  }

  /** Dead letters on topics to which the module has the rights. */
  override get deadLetters(): DeadLetters | undefined {
    const inner = this.inner.deadLetters;
    return inner && restrictedDeadLetters(inner, this.#rights);
  }

  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    try {
      if (!this.#rights.mayPublish(topic)) {
        return Promise.reject(this.#rights.forbidden("publish", topic));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.inner.publish(topic, message, options);
  }

  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    this.#rights.check("subscribe", pattern);
    this.#rights.checkGroup(options?.group);
    const granted = this.#rights.filterOf(pattern);
    return this.inner.subscribe(
      pattern,
      granted ? narrowed(options, granted) : options,
    );
  }

  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    try {
      if (!this.#rights.mayRequest(topic)) {
        return Promise.reject(this.#rights.forbidden("request", topic));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.inner.request(topic, message, options);
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    this.#rights.check("handle", pattern);
    return this.inner.handle(pattern, handler, options);
  }
}

/**
 * Restricts dead letters to granted topics: without a topic, a call needs the
 * right to all topics. A replay is a publish as well.
 */
function restrictedDeadLetters(
  inner: DeadLetters,
  rights: Rights,
): DeadLetters {
  const checked = <T>(
    kinds: readonly ("subscribe" | "publish")[],
    filter: DeadLetterFilter | undefined,
    act: () => Promise<T>,
  ) => {
    try {
      for (const kind of kinds) rights.check(kind, filter?.topic ?? "#");
      return act();
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return {
    list: (filter) => checked(["subscribe"], filter, () => inner.list(filter)),
    replay: (filter) =>
      checked(["subscribe", "publish"], filter, () => inner.replay(filter)),
    drop: (filter) => checked(["subscribe"], filter, () => inner.drop(filter)),
  };
}

/**
 * Restricts a subscription to granted topics: by `filter`, or by `where` in a
 * group, whose members share one filter.
 */
function narrowed(
  options: BusSubscribeOptions = {},
  granted: (topic: string) => boolean,
): BusSubscribeOptions {
  const { group, filter, where } = options;
  return group === undefined
    ? {
      ...options,
      filter: (topic) => granted(topic) && (filter?.(topic) ?? true),
    }
    : {
      ...options,
      where: (delivery) =>
        granted(delivery.topic) && (where?.(delivery) ?? true),
    };
}

/**
 * Wraps `bus` in a {@linkcode RightsBus} if the configuration of the module
 * restricts its topics or groups. Else returns `bus` itself.
 */
export async function restrictTopics(
  bus: MessageBus,
  module: ModuleConfig,
  config: Pick<ProcessConfig, "place">,
): Promise<MessageBus> {
  const rights = busRights(module);
  if (rights === undefined) return bus;
  const places = await placesOf(module, config);
  const hint = (kind: BusKind, name: string) =>
    grantLine(module, kind, [name], places.get(kind));
  return new RightsBus(bus, new Rights(module.id, rights, hint));
}

/**
 * Returns true if a module may subscribe to, handle or join less `after` than
 * `before`. It must then not keep its open subscriptions.
 */
export function rightsShrank(
  before: ModuleConfig,
  after: ModuleConfig,
): boolean {
  const kept = busRights(after);
  if (kept === undefined) return false;
  const old = busRights(before);
  const rights = new Rights(after.id, kept, () => "");
  const groups = old?.groups ?? ["*"];
  return groups.some((group) => !rights.coversGroup(group)) ||
    (["subscribe", "handle"] as const).some((kind) =>
      (old?.[kind] ?? ["#"]).some((pattern) => !rights.covers(kind, pattern))
    );
}

/**
 * Returns the granted topics and groups, if any kind is restricted. An isolated
 * module has nothing of a kind without a list.
 */
function busRights(module: ModuleConfig): BusRights | undefined {
  const granted = grantsOfModule(module);
  if (granted === undefined) return undefined;
  const isIsolated = module.isolation !== "none";
  const restricted = BUS_KINDS.filter((kind) =>
    isRestricted(kind, granted, isIsolated)
  );
  if (restricted.length === 0) return undefined;
  const listOf = (kind: BusKind) =>
    restricted.includes(kind) ? granted[kind] ?? [] : undefined;
  return {
    publish: listOf("publish"),
    subscribe: listOf("subscribe"),
    request: listOf("request"),
    handle: listOf("handle"),
    groups: listOf("groups"),
  };
}

/** Looks up the places for hints ahead: an error is made synchronously. */
async function placesOf(
  { path }: ModuleConfig,
  config: Pick<ProcessConfig, "place">,
): Promise<ReadonlyMap<BusKind, Place>> {
  const places = new Map<BusKind, Place>();
  for (const kind of BUS_KINDS) {
    const place = await config.place([...path, "permissions", kind]);
    if (place) places.set(kind, place);
  }
  return places;
}
