export type {
  Checksum,
  Completed,
  DownloadTicket,
  MultipartTicket,
  PartTicket,
  SignedPut,
  SinglePartTicket,
  Ticket,
  UploadList,
  UploadRecord,
  UploadStatus,
} from "./answers.ts";
export { checkFile } from "./check-file.ts";
export { UploadError, type ClientCode, type FieldError, type ProblemCode } from "./error.ts";
export type { Progress, UploadFile, UploadOptions, UploadPhase } from "./options.ts";
export type { PolicyInfo, PolicyList } from "./policies.ts";
export { createQueue } from "./queue/create-queue.ts";
export type {
  Queue,
  QueueEvent,
  QueueItem,
  QueueItemState,
  QueueOptions,
  QueueSnapshot,
  QueueTotals,
} from "./queue/queue.ts";
export type { Retry } from "./retry.ts";
export type { AbortOptions, Upload } from "./start.ts";
export {
  createIndexedDbStorage,
  createMemoryStorage,
  type RememberedUpload,
  type ResumeStorage,
} from "./resume-storage.ts";
export type { PoliciesOf, UploadOptionsOf } from "./typed-policies.ts";
export { createUploader, type Uploader, type UploaderOptions } from "./uploader.ts";
