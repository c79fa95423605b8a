/** What every step of one upload needs. */
import type { Dependencies } from "./dependencies.ts";
import type { UploadFile, UploadOptions } from "./options.ts";
import type { Sent } from "./progress.ts";
import type { Put } from "./put.ts";
import type { Resume } from "./resume-storage.ts";
import type { CallService } from "./service.ts";
import type { InTurn } from "./slots.ts";

export interface UploadContext extends Dependencies, Sent {
  readonly file: UploadFile;
  readonly options: UploadOptions;
  readonly call: CallService;
  readonly put: Put;
  /** `undefined` for an upload that does not continue after a reload. */
  readonly resume: Resume | undefined;
  /** Calls `send` when it is this request's turn to be sent to the store: its ticket is looked at only then. */
  readonly inTurn: InTurn;
  /** Of all uploads of this uploader together. 0: not known yet. */
  readonly bytesPerSecond: () => number;
  /** Reports that a request waits for the network, and that it goes on. */
  readonly onOffline: (isOffline: boolean) => void;
}
