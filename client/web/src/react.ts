/** Uploads in React: one file at a time, and what a page shows of it. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Completed } from "./answers.ts";
import { UploadError } from "./error.ts";
import type { Progress, UploadFile, UploadOptions, UploadPhase } from "./options.ts";
import type { Upload } from "./start.ts";
import type { Uploader } from "./uploader.ts";

export interface UploadState {
  readonly status: "idle" | UploadPhase | "completed" | "failed" | "aborted";
  readonly progress: Progress;
  readonly result: Completed | undefined;
  /** What `getToken` throws comes as the `cause` of one with the code `unauthenticated`. */
  readonly error: UploadError | undefined;
}

export interface UseUpload extends UploadState {
  /** Begins, and aborts what was under way. The options come on top of the hook's. */
  readonly start: (file: UploadFile, options?: UploadOptions) => Upload;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly abort: () => void;
}

const IDLE: UploadState = {
  status: "idle",
  progress: { sentBytes: 0, totalBytes: 0 },
  result: undefined,
  error: undefined,
};

/**
 * The uploader is made once, outside of the component. Where the component goes away, the upload
 * ends, and the same file goes on from the parts that arrived.
 */
export function useUpload(uploader: Uploader, options: UploadOptions = {}): UseUpload {
  const [state, setState] = useState(IDLE);
  const current = useRef<Upload | undefined>(undefined);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(
    () => () => {
      const left = current.current;
      current.current = undefined;
      void left?.abort({ keepParts: true }).catch(() => undefined);
    },
    [],
  );

  const start = useCallback(
    (file: UploadFile, more: UploadOptions = {}): Upload => {
      const chosen = { ...latest.current, ...more };
      void current.current?.abort().catch(() => undefined);
      let upload: Upload | undefined;
      // Those that are over, or gone, have nothing more to say.
      const show = (change: Partial<UploadState>) => {
        if (upload === undefined || current.current === upload)
          setState((now) => ({ ...now, ...change }));
      };
      setState({ ...IDLE, status: "preparing", progress: { sentBytes: 0, totalBytes: file.size } });
      upload = uploader.start(file, {
        ...chosen,
        onProgress: (progress) => {
          show({ progress });
          chosen.onProgress?.(progress);
        },
        onPhase: (status) => {
          show({ status });
          chosen.onPhase?.(status);
        },
      });
      current.current = upload;
      upload.done.then(
        (result) => show({ status: "completed", result }),
        (cause: unknown) => {
          const error = asUploadError(cause);
          show({ status: error.code === "aborted" ? "aborted" : "failed", error });
        },
      );
      return upload;
    },
    [uploader],
  );

  return {
    ...state,
    start,
    pause: useCallback(() => current.current?.pause(), []),
    resume: useCallback(() => current.current?.resume(), []),
    abort: useCallback(() => void current.current?.abort().catch(() => undefined), []),
  };
}

function asUploadError(cause: unknown): UploadError {
  if (cause instanceof UploadError) return cause;
  return new UploadError("unauthenticated", "There is no token", { cause });
}
