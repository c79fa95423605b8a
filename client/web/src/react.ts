/** A React hook that uploads one file at a time. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Completed } from "./answers.ts";
import { UploadError } from "./error.ts";
import type { Progress, UploadFile, UploadOptions, UploadPhase } from "./options.ts";
import type { Upload } from "./start.ts";
import type { PoliciesOf, UploadOptionsOf } from "./typed-policies.ts";
import type { Uploader } from "./uploader.ts";

export interface UploadState {
  readonly status: "idle" | UploadPhase | "completed" | "failed" | "aborted";
  readonly progress: Progress;
  readonly result: Completed | undefined;
  /** An error of `getToken` is the `cause` of an `UploadError` with the code `unauthenticated`. */
  readonly error: UploadError | undefined;
}

export interface UseUpload<Config extends PoliciesOf = PoliciesOf> extends UploadState {
  /** Starts an upload, and aborts the one before. These options override those of the hook. */
  readonly start: (file: UploadFile, options?: UploadOptionsOf<Config>) => Upload;
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
 * Uploads with an uploader that was created once, outside of the component. When the component
 * unmounts, the upload stops; a multipart upload continues when the same file is started again.
 */
export function useUpload<Config extends PoliciesOf = PoliciesOf>(
  uploader: Uploader<Config>,
  options?: UploadOptionsOf<Config>,
): UseUpload<Config>;
export function useUpload(uploader: Uploader, options: UploadOptions = {}): UseUpload {
  const [state, setState] = useState(IDLE);
  const current = useRef<Upload | undefined>(undefined);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(
    () => () => {
      const upload = current.current;
      current.current = undefined;
      void upload?.abort({ keepParts: true }).catch(() => undefined);
    },
    [],
  );

  const start = useCallback(
    (file: UploadFile, more: UploadOptions = {}): Upload => {
      const chosen = { ...latest.current, ...more };
      void current.current?.abort().catch(() => undefined);
      let upload: Upload | undefined;
      // An upload that was replaced or unmounted no longer changes the state.
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
  return new UploadError("unauthenticated", "getToken failed: see the cause of this error", {
    cause,
  });
}
