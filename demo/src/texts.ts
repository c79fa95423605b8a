/** The texts of the page, in English and Korean. */

const ENGLISH = {
  intro: "Files go from this page straight into the bucket. The Worker only issues tickets.",
  user: "User",
  policy: "Policy",
  pickTitle: "Choose files",
  pick: "Choose files",
  orDrop: "or drop them here",
  uploads: "Uploads",
  noUploads: "No uploads yet. Try a photo.",
  gallery: "Stored",
  noGallery: "Files of policies that allow downloads appear here.",
  waiting: "Requesting a ticket…",
  sending: "Uploading",
  paused: "Paused",
  checking: "Verifying the upload…",
  completed: "Stored and verified",
  aborted: "Cancelled: everything was deleted",
  failed: "Upload failed",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  retry: "Try again",
  remove: "Delete",
  download: "Download",
  signed: "Signed headers",
  expiresIn: "expires in {seconds} s",
  expired: "expired",
  receipt: "Receipt",
  verified:
    "The signature is valid: any backend can verify it with the keys at /.well-known/jwks.json",
  notVerified: "The signature could not be verified",
  progress: "{name}: {sent} of {total}",
  interrupted: "Interrupted by a reload: choose {name} again to continue the upload.",
  rule: "{types}, up to {size}.",
  "too-large": "The file is too large for this policy.",
  "type-not-allowed": "This file type is not allowed here.",
  "quota-exceeded": "Your quota is used up for now.",
  "rate-limited": "Too many requests. Wait a moment.",
  "verification-failed": "The stored file differs from what the ticket allowed.",
  "invalid-request": "This file does not match the policy.",
  "size-required": "The file size is required.",
  network: "The connection was lost.",
  other: "Something went wrong.",
};

export type TextName = keyof typeof ENGLISH;

const KOREAN: Readonly<Record<TextName, string>> = {
  intro: "파일은 이 페이지에서 버킷으로 바로 올라갑니다. Worker는 티켓만 발급합니다.",
  user: "사용자",
  policy: "정책",
  pickTitle: "파일 선택",
  pick: "파일 선택",
  orDrop: "또는 여기에 끌어다 놓기",
  uploads: "업로드",
  noUploads: "아직 업로드가 없습니다. 사진 한 장으로 시작해 보세요.",
  gallery: "저장된 파일",
  noGallery: "내려받기를 허용하는 정책으로 올린 파일이 여기에 표시됩니다.",
  waiting: "티켓을 요청하는 중…",
  sending: "올리는 중",
  paused: "일시 정지됨",
  checking: "업로드를 확인하는 중…",
  completed: "저장과 확인을 마쳤습니다",
  aborted: "취소됨: 모두 삭제했습니다",
  failed: "올리지 못했습니다",
  pause: "일시 정지",
  resume: "계속",
  cancel: "취소",
  retry: "다시 시도",
  remove: "삭제",
  download: "내려받기",
  signed: "서명된 헤더",
  expiresIn: "{seconds}초 남음",
  expired: "만료됨",
  receipt: "영수증",
  verified: "서명이 유효합니다. 어떤 백엔드에서든 /.well-known/jwks.json의 키로 확인할 수 있습니다",
  notVerified: "서명을 확인하지 못했습니다",
  progress: "{name}: {total} 중 {sent}",
  interrupted: "새로고침으로 중단되었습니다. {name} 파일을 다시 선택하면 이어서 올립니다.",
  rule: "{types}, {size} 이하.",
  "too-large": "이 정책에는 파일이 너무 큽니다.",
  "type-not-allowed": "이 형식의 파일은 올릴 수 없습니다.",
  "quota-exceeded": "지금은 한도를 모두 썼습니다.",
  "rate-limited": "요청이 너무 많습니다. 잠시 기다려 주세요.",
  "verification-failed": "저장된 파일이 티켓에서 허용한 것과 다릅니다.",
  "invalid-request": "이 파일은 정책에 맞지 않습니다.",
  "size-required": "파일 크기가 필요합니다.",
  network: "연결이 끊어졌습니다.",
  other: "문제가 생겼습니다.",
};

export type Language = "en" | "ko";
const TEXTS = { en: ENGLISH, ko: KOREAN } as const;

/** Returns a text with its `{placeholders}` filled in. */
export function textOf(
  language: Language,
  name: TextName,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return TEXTS[language][name].replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    String(values[key] ?? ""),
  );
}

/** Whether there is a text with this name, for an error code say. */
export function isTextName(name: string): name is TextName {
  return Object.hasOwn(ENGLISH, name);
}

/** Returns a size such as `1.5 MB`, formatted for the language. */
export function bytesOf(language: Language, bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}
