/** Received span. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** OpenTelemetry's number of the kind. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Schema of the names in it. */
  readonly schemaUrl: string;
  /** Service that sent it. */
  readonly service: unknown;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface TracesBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly schemaUrl: string;
      readonly spans:
        readonly (ReceivedSpan & { readonly attributes: Attribute[] })[];
    }[];
  }[];
}

/** Latest values of a metric as the receiver was sent them. */
export interface ReceivedMetric {
  readonly name: string;
  readonly points: readonly {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly value: number;
  }[];
}

interface Points {
  readonly dataPoints: readonly {
    readonly attributes: readonly Attribute[];
    readonly asInt?: string;
    readonly asDouble?: number;
  }[];
}

interface MetricsBody {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: Points;
        readonly gauge?: Points;
      }[];
    }[];
  }[];
}

/** Collector of OpenTelemetry that keeps the spans and metrics it receives. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** Counters and gauges by name. */
  readonly metrics = new Map<string, ReceivedMetric>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #more = Promise.withResolvers<void>();

  /** Listens on any free port of this machine. */
  constructor() {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const body = await request.json();
      const { pathname } = new URL(request.url);
      if (pathname === "/v1/traces") this.#addSpans(body);
      if (pathname === "/v1/metrics") this.#addMetrics(body);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
      return Response.json({});
    });
  }

  /** Variables with which Deno exports to this receiver. */
  env(service: string): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_METRIC_EXPORT_INTERVAL: "50",
    };
  }

  /** Resolves when `find` returns a value for what was received so far. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await this.#more.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #addSpans({ resourceSpans }: TracesBody): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = valuesOf(resource.attributes)["service.name"];
      for (const { schemaUrl, spans } of scopeSpans) {
        for (const span of spans) {
          const attributes = valuesOf(span.attributes);
          this.spans.push({ ...span, attributes, schemaUrl, service });
        }
      }
    }
  }

  #addMetrics({ resourceMetrics }: MetricsBody): void {
    for (const { scopeMetrics } of resourceMetrics) {
      for (const { metrics } of scopeMetrics) {
        for (const { name, sum, gauge } of metrics) {
          const { dataPoints = [] } = sum ?? gauge ?? {};
          const points = dataPoints.map(({ attributes, asInt, asDouble }) => ({
            attributes: valuesOf(attributes),
            value: Number(asInt ?? asDouble),
          }));
          this.metrics.set(name, { name, points });
        }
      }
    }
  }
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}
