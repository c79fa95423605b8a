/** The texts of the dropzone. `{one}` in braces is replaced by a value. */

export const ENGLISH = {
  label: "File upload",
  drop: "Drop or paste files here",
  dropOne: "Drop or paste a file here",
  dropNow: "Drop to upload",
  choose: "Choose files",
  chooseOne: "Choose a file",
  takePhoto: "Take a photo",
  image: "Images",
  video: "Videos",
  audio: "Audio",
  upTo: "up to {size}",
  files: "Files",
  queued: "Waiting",
  preparing: "Preparing…",
  sending: "{sent} of {total}",
  paused: "Paused · {sent} of {total}",
  completing: "Verifying…",
  completed: "Uploaded · {total}",
  aborted: "Cancelled",
  pause: "Pause",
  resume: "Resume",
  retry: "Try again",
  cancel: "Cancel",
  remove: "Remove",
  pauseAll: "Pause all",
  resumeAll: "Resume all",
  retryFailed: "Retry failed",
  summary: "{completed} of {files} uploaded",
  timeLeft: "{time} left",
  offline: "Offline. It continues when the connection is back",
  added: "{files} added",
  ended: "{completed} of {files} uploaded, {failed} failed",
  required: "Choose a file",
  unfinished: "Wait until the files are uploaded",
  "too-large": "Too large: at most {limit}",
  "type-not-allowed": "This type of file is not allowed",
  "quota-exceeded": "Your quota is used up",
  "rate-limited": "Too many requests. Wait a moment",
  unauthenticated: "Log in again",
  network: "The connection was lost",
  "file-unreadable": "The file was changed or deleted",
  other: "Upload failed",
};

export type TextName = keyof typeof ENGLISH;
export type Texts = Readonly<Record<TextName, string>>;

const KOREAN: Texts = {
  label: "파일 업로드",
  drop: "파일을 여기에 끌어다 놓거나 붙여넣으세요",
  dropOne: "파일을 여기에 끌어다 놓거나 붙여넣으세요",
  dropNow: "놓으면 업로드합니다",
  choose: "파일 선택",
  chooseOne: "파일 선택",
  takePhoto: "사진 찍기",
  image: "이미지",
  video: "동영상",
  audio: "오디오",
  upTo: "최대 {size}",
  files: "파일",
  queued: "대기 중",
  preparing: "준비 중…",
  sending: "{total} 중 {sent}",
  paused: "일시 정지 · {total} 중 {sent}",
  completing: "확인 중…",
  completed: "업로드 완료 · {total}",
  aborted: "취소됨",
  pause: "일시 정지",
  resume: "계속",
  retry: "다시 시도",
  cancel: "취소",
  remove: "제거",
  pauseAll: "모두 일시 정지",
  resumeAll: "모두 계속",
  retryFailed: "실패한 파일 다시 시도",
  summary: "{files}개 중 {completed}개 완료",
  timeLeft: "{time} 남음",
  offline: "오프라인입니다. 다시 연결되면 이어서 올립니다",
  added: "파일 {files}개를 추가했습니다",
  ended: "{files}개 중 {completed}개 완료, {failed}개 실패",
  required: "파일을 선택하세요",
  unfinished: "파일 업로드가 끝날 때까지 기다려 주세요",
  "too-large": "파일이 너무 큽니다. 최대 {limit}",
  "type-not-allowed": "허용되지 않는 파일 형식입니다",
  "quota-exceeded": "사용 한도를 모두 썼습니다",
  "rate-limited": "요청이 너무 많습니다. 잠시 기다려 주세요",
  unauthenticated: "다시 로그인해 주세요",
  network: "연결이 끊어졌습니다",
  "file-unreadable": "파일이 변경되었거나 삭제되었습니다",
  other: "업로드하지 못했습니다",
};

/** Returns the texts of a language tag such as `ko-KR`: Korean, or else English. */
export function textsOf(language: string): Texts {
  return /^ko\b/i.test(language) ? KOREAN : ENGLISH;
}

/** Replaces what is in braces. */
export function fillIn(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
