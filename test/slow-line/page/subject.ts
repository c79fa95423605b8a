/** What the page of each client offers to the measurements. */
export interface LineSettings {
  /** Where the page finds the service. */
  readonly endpoint: string;
  readonly token: string;
  readonly policy: string;
}

/** What became of the files. */
export interface Outcome {
  readonly keys: readonly string[];
  readonly errors: readonly string[];
}

export interface Subject {
  /** Starts the upload of that many files at once. */
  readonly start: (settings: LineSettings, count: number, sizeBytes: number) => Promise<void>;
  /** Resolves when every file is uploaded or has failed. */
  readonly finish: () => Promise<Outcome>;
  /** What the client shows: bytes of all files. */
  readonly readSentBytes: () => number;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Makes files that share their bytes, so that many of them fit into memory. They are the same after a reload. */
export function makeFiles(count: number, sizeBytes: number): readonly File[] {
  const block = new Blob([new Uint8Array(sizeBytes).fill(7)]);
  const lastModified = Date.UTC(2026, 0);
  return Array.from(
    { length: count },
    (_, index) =>
      new File([block], `${index + 1}.bin`, { type: "application/octet-stream", lastModified }),
  );
}

/** Lets the measurements find the client of this page. */
export function offer(subject: Subject): void {
  Object.assign(globalThis, { subject });
}
