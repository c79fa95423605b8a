/** What the page says, in two languages. */

const ENGLISH = {
  intro: "Files go from this page straight into the bucket: the Worker only gives the tickets.",
  user: "User",
  policy: "Policy",
  pickTitle: "Choose files",
  pick: "Choose files",
  orDrop: "or drop them here",
  uploads: "Uploads",
  noUploads: "Nothing yet. A photo is a good first file.",
  gallery: "Stored",
  noGallery: "What you upload under photo, document or video is shown here.",
  waiting: "Waiting for a ticket…",
  sending: "On its way",
  paused: "Paused",
  checking: "The Worker asks the store…",
  completed: "Stored, and proven",
  aborted: "Cancelled: nothing is left behind",
  failed: "Not uploaded",
  pause: "Pause",
  resume: "Go on",
  cancel: "Cancel",
  again: "Try again",
  remove: "Delete",
  download: "Download",
  signed: "What was signed",
  expiresIn: "good for {seconds} s more",
  expired: "over",
  receipt: "The receipt",
  verified:
    "Its signature is good: any backend can check it with the keys at /.well-known/jwks.json",
  notVerified: "Its signature could not be checked",
  sum: "{name}: {sent} of {total}",
  interrupted: "Interrupted by a reload: choose {name} again, and it goes on where it was.",
  ruleOfPhoto: "Pictures up to 10 MB.",
  ruleOfAvatar: "JPEG, PNG or WebP up to 5 MB, with a checksum.",
  ruleOfDocument: "Any safe file up to 100 MB.",
  ruleOfVideo: "Videos up to 5 GB, in parts from 8 MiB on: pause, reload, go on.",
  ruleOfLimited: "Pictures up to 10 MB, and no more than 20 MB a day.",
  "too-large": "The file is too large for this policy.",
  "type-not-allowed": "This kind of file is not allowed here.",
  "quota-exceeded": "Your quota is used up for now.",
  "rate-limited": "Too many requests: wait a moment.",
  "verification-failed": "The store does not have the file as it was granted.",
  "invalid-request": "Something about this file is not as the policy wants it.",
  "size-required": "The size of the file is needed.",
  network: "The connection broke.",
  other: "Something went wrong.",
};

export type TextName = keyof typeof ENGLISH;

const KOREAN: Readonly<Record<TextName, string>> = {
  intro: "파일은 이 페이지에서 버킷으로 바로 갑니다. Worker는 티켓만 발급합니다.",
  user: "사용자",
  policy: "정책",
  pickTitle: "파일 선택",
  pick: "파일 선택",
  orDrop: "또는 여기에 끌어다 놓기",
  uploads: "업로드",
  noUploads: "아직 없습니다. 사진 한 장으로 시작해 보세요.",
  gallery: "저장된 파일",
  noGallery: "photo, document, video 정책으로 올린 파일이 여기에 보입니다.",
  waiting: "티켓을 기다리는 중…",
  sending: "보내는 중",
  paused: "일시 정지됨",
  checking: "Worker가 저장소를 확인하는 중…",
  completed: "저장되고 증명되었습니다",
  aborted: "취소됨: 남은 것이 없습니다",
  failed: "올리지 못했습니다",
  pause: "일시 정지",
  resume: "계속",
  cancel: "취소",
  again: "다시 시도",
  remove: "삭제",
  download: "내려받기",
  signed: "서명된 내용",
  expiresIn: "{seconds}초 남음",
  expired: "만료됨",
  receipt: "영수증",
  verified: "서명이 올바릅니다. 어떤 백엔드든 /.well-known/jwks.json의 키로 확인할 수 있습니다",
  notVerified: "서명을 확인하지 못했습니다",
  sum: "{name}: {total} 중 {sent}",
  interrupted: "새로고침으로 중단되었습니다. {name} 파일을 다시 선택하면 이어서 올립니다.",
  ruleOfPhoto: "10 MB 이하의 사진.",
  ruleOfAvatar: "5 MB 이하의 JPEG, PNG, WebP. 체크섬이 함께 갑니다.",
  ruleOfDocument: "100 MB 이하의 안전한 파일.",
  ruleOfVideo: "5 GB 이하의 동영상. 8 MiB부터는 나누어 보냅니다: 정지, 새로고침, 계속.",
  ruleOfLimited: "10 MB 이하의 사진, 하루 20 MB까지.",
  "too-large": "이 정책에는 파일이 너무 큽니다.",
  "type-not-allowed": "이 종류의 파일은 올릴 수 없습니다.",
  "quota-exceeded": "지금은 한도를 모두 썼습니다.",
  "rate-limited": "요청이 너무 많습니다. 잠시 기다려 주세요.",
  "verification-failed": "저장소의 파일이 허가된 것과 다릅니다.",
  "invalid-request": "파일이 정책과 맞지 않습니다.",
  "size-required": "파일 크기가 필요합니다.",
  network: "연결이 끊어졌습니다.",
  other: "문제가 생겼습니다.",
};

export type Language = "en" | "ko";
const TEXTS = { en: ENGLISH, ko: KOREAN } as const;

/** The text with its `{names}` filled in. */
export function textOf(
  language: Language,
  name: TextName,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return TEXTS[language][name].replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    String(values[key] ?? ""),
  );
}

/** Whether a code of the service has words of its own. */
export function isTextName(name: string): name is TextName {
  return Object.hasOwn(ENGLISH, name);
}

/** `1.5 MB`, in the language's own digits and units. */
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
