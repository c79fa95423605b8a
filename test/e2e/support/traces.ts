/** A Worker with traces, and what Cloudflare's runtime says of them. */
import { createTestHarness } from "wrangler";
import { addressOf, createReader } from "./store.ts";
import type { Server } from "./server.ts";

interface TraceEvent {
  /** The span that it is of. */
  readonly span: string;
  readonly type: string;
  /** Of `spanOpen`: its own id and name. */
  readonly spanId?: string;
  readonly name?: string;
  readonly info?: unknown;
}

export interface Span {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly hasFailed: boolean;
  /** Of a request: its trace is complete. */
  readonly isOver: boolean;
}

export interface TracedServer extends Server {
  /** Every span so far, that of a request under the name of its method. */
  readonly readSpans: () => Promise<readonly Span[]>;
}

export async function startTraced(traces: "on" | "off"): Promise<TracedServer> {
  const folder = "./test/e2e/fixture/traces";
  const harness = createTestHarness({
    workers: [
      { configPath: `${folder}/wrangler.toml`, vars: { TRACES: traces } },
      { configPath: `${folder}/tail/wrangler.toml` },
    ],
  });
  const { origin } = (await harness.listen()).url;
  const store = addressOf(origin);
  return {
    url: origin,
    store,
    read: createReader(store),
    readLog: () => harness.getLogs().map(({ message }) => message),
    close: async () => harness.close(),
    async readSpans() {
      const response = await harness.getWorker("tail").fetch("http://tail.example/");
      return toSpans((await response.json()) as readonly TraceEvent[]);
    },
  };
}

function toSpans(events: readonly TraceEvent[]): readonly Span[] {
  const names = new Map(
    events.flatMap(({ type, spanId, name, info }) => {
      if (type === "spanOpen") return [[spanId, name ?? ""] as const];
      return type === "onset" ? [[spanId, nameOfRequest(info)] as const] : [];
    }),
  );
  return [...names].map(([id, name]) => {
    const own = events.filter(({ span }) => span === id);
    const attributes = own
      .filter(({ type }) => type === "attributes")
      .flatMap(({ info }) => info as readonly { name: string; value: unknown }[]);
    const opened = events.find(({ spanId }) => spanId === id);
    return {
      name,
      isOver: own.some(({ type }) => type === "outcome"),
      parent: opened?.type === "spanOpen" ? names.get(opened.span) : undefined,
      attributes: Object.fromEntries(attributes.map((one) => [one.name, one.value])),
      hasFailed: own.some(({ info }) => JSON.stringify(info)?.includes('"code":"error"') ?? false),
    };
  });
}

function nameOfRequest(info: unknown): string {
  const { type, method, url } = info as Readonly<Record<string, string | undefined>>;
  return url === undefined ? String(type) : `${method} ${new URL(url).pathname}`;
}
