/** What every step of one upload needs. */
import type { Dependencies } from "./dependencies.ts";
import type { UploadFile, UploadOptions } from "./options.ts";
import type { Put } from "./put.ts";
import type { ResumeEntry } from "./resume-entry.ts";
import type { CallService } from "./service.ts";

export interface UploadContext extends Dependencies {
  readonly file: UploadFile;
  readonly options: UploadOptions;
  readonly call: CallService;
  readonly put: Put;
  readonly resumeEntry: ResumeEntry;
  /** Reports how many bytes of a part have been sent. A single-part upload is part 1. */
  readonly onSent: (partNumber: number, bytes: number) => void;
}
