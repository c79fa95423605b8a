/** What the test and the process of its Worker say to each other. All of it is plain data. */

/** How the store fails: with 503 by default. */
export interface StoreFailure {
  /** 503 by default. `"hang-up"` closes the connection without an answer. */
  readonly status?: number | "hang-up";
  /** The code in the XML of the answer: "ServiceUnavailable" by default. */
  readonly code?: string;
  /** Only requests with these methods, such as PUT: all of them by default. */
  readonly methods?: readonly string[];
  /** How many requests fail, before it works again: all of them by default. */
  readonly times?: number;
}

export interface StoredObject {
  /** The store's name in the configuration. */
  readonly store: string;
  readonly key: string;
  readonly size: number;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A webhook as the receiver got it: its headers (Standard Webhooks), and its body. */
export interface Webhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** From each method to what it takes and what it returns. */
export interface Methods {
  readonly objects: (params: Readonly<Record<string, never>>) => readonly StoredObject[];
  readonly read: (params: { readonly store: string; readonly key: string }) => {
    readonly base64: string;
  };
  readonly webhooks: (params: { readonly count: number }) => readonly Webhook[];
  readonly breakStore: (params: { readonly failure?: StoreFailure }) => boolean;
  readonly reset: (params: Readonly<Record<string, never>>) => boolean;
}

/** Of the process, before anything else: where it answers, or why it does not. */
export type Started = { readonly url: string } | { readonly failed: string };

export interface Call {
  readonly id: number;
  readonly method: keyof Methods;
  readonly params: object;
}

export type Reply = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly failed: string }
);

/** What `startPresigner` was given. */
export interface Settings {
  readonly config: unknown;
  readonly folder: string;
  readonly vars: Readonly<Record<string, string>>;
}
