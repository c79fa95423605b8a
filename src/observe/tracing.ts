/** Workers' own tracing, as far as it is used (Cloudflare: "Custom spans"). It is in `cloudflare:workers`. */
export interface Tracing {
  /** Returns the span in which this runs. */
  readonly getActiveSpan: () => RequestSpan | undefined;
  /** Runs work in a span of its own, which ends with it. */
  readonly enterSpan: <T>(name: string, work: (span: CallSpan) => Promise<T>) => Promise<T>;
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** The span of a whole request. */
export interface RequestSpan {
  /** `false` for a request that is not sampled. */
  readonly isTraced: boolean;
  readonly setAttributes: (attributes: Attributes) => unknown;
}

/** The span of one call of a ledger, a store or a scanner. */
interface CallSpan {
  readonly setStatus: (status: { code: "error" }) => unknown;
}
