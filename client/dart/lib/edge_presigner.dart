/// Uploads files straight into an S3 bucket, with tickets of an
/// edge-presigner service.
library;

export 'src/completed_upload.dart' show CompletedUpload;
export 'src/download_ticket.dart' show DownloadTicket;
export 'src/edge_presigner.dart' show EdgePresigner;
export 'src/read_bytes.dart' show OpenRead, ProgressCallback;
export 'src/resume_storage.dart' show MemoryResumeStorage, ResumeStorage;
export 'src/transfer_plan.dart' show TransferPlan, TransferTask;
export 'src/upload_exception.dart' show UploadCode, UploadException;
export 'src/upload_file.dart' show UploadFile;
export 'src/upload_options.dart' show UploadChecksum, UploadOptions;
export 'src/upload_queue.dart' show QueueSnapshot, UploadQueue;
export 'src/upload_record.dart' show UploadPage, UploadRecord;
export 'src/upload_snapshot.dart' show TaskState, UploadSnapshot;
export 'src/upload_state.dart' show UploadState;
export 'src/upload_task.dart' show UploadTask;
