export type {
  Checksum,
  Completed,
  DownloadTicket,
  PartTicket,
  PartsTicket,
  SignedPut,
  Ticket,
  UploadList,
  UploadRecord,
  UploadStatus,
  WholeTicket,
} from "./answers.ts";
export { UploadError, type ClientCode, type Fault, type ProblemCode } from "./error.ts";
export type { Progress, UploadFile, UploadOptions, UploadPhase } from "./options.ts";
export type { Retry } from "./retry.ts";
export type { AbortOptions, Upload } from "./start.ts";
export {
  createIndexedDbStore,
  createMemoryStore,
  type RememberedUpload,
  type UploadStore,
} from "./resume-storage.ts";
export { createUploader, type Uploader, type UploaderOptions } from "./uploader.ts";
