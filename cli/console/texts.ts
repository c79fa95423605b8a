/** The texts of the console, in English and in Korean. */

export type Language = "en" | "ko";

const ENGLISH = {
  language: "한국어",
  title: "Console",
  overview: "Overview",
  user: "User",
  object: "Object",
  find: "Find",
  stuck: "What is stuck",
  nothingStuck: "Nothing is stuck. Each webhook is delivered, and each upload is settled.",
  since: "since",
  what: "what",
  policy: "policy",
  tries: "tries",
  many: "how many",
  webhook: "webhook",
  upload: "upload",
  refusals: "Refusals of the last 30 minutes",
  noRefusals: "No request was refused.",
  noLog:
    "No log is read. Start the console with it: npx wrangler tail --format json | npx edge-presigner console --log -",
  time: "time",
  code: "code",
  reason: "reason",
  request: "request",
  userId: "User id",
  issuer: "Issuer (if there are several)",
  claim: "Claim of the team, such as team=red",
  key: "Key",
  id: "or the id of an upload",
  uploads: "Uploads",
  noUploads: "No uploads are recorded. Policies without a quota keep no records.",
  quota: "Quotas",
  noQuota: "No policy has a quota.",
  unreached: "Not looked at: name the team of",
  outbox: "Webhooks that wait",
  noOutbox: "No webhook waits.",
  sendAgain: "Send again",
  sentAgain: "It is sent again now.",
  nextTry: "next try",
  created: "created",
  status: "status",
  size: "size",
  of: "of",
  more: "Older uploads",
  way: "What happened to this file",
  granted: "Ticket granted",
  validUntil: "valid until",
  inStore: "In the store",
  nothingInStore: "The store has nothing under this key.",
  abortMark: "The empty object of an aborted upload.",
  settled: "Settled",
  waiting: "Waits for the file",
  delivered: "Webhook",
  noMessage: "None waits: it was accepted, given up, or there is none.",
  unattributed: "The keys of these policies do not name users:",
  nobody: "Nobody's, as far as the key says.",
  noRecord: "No record: the policy has no quota, or the record has ended.",
  back: "Back",
  failed: "This did not work",
  pending: "pending",
  completed: "completed",
  rejected: "rejected",
  expired: "expired",
  aborted: "aborted",
} as const;

export type Texts = Readonly<Record<keyof typeof ENGLISH, string>>;

const KOREAN: Texts = {
  language: "English",
  title: "콘솔",
  overview: "개요",
  user: "사용자",
  object: "객체",
  find: "찾기",
  stuck: "멈춰 있는 작업",
  nothingStuck: "멈춰 있는 작업이 없습니다. 모든 웹훅이 전달되었고 모든 업로드가 정리되었습니다.",
  since: "시작",
  what: "종류",
  policy: "정책",
  tries: "시도 횟수",
  many: "개수",
  webhook: "웹훅",
  upload: "업로드",
  refusals: "최근 30분 동안 거부된 요청",
  noRefusals: "거부된 요청이 없습니다.",
  noLog:
    "읽고 있는 로그가 없습니다. 로그와 함께 시작하세요: npx wrangler tail --format json | npx edge-presigner console --log -",
  time: "시각",
  code: "코드",
  reason: "이유",
  request: "요청",
  userId: "사용자 ID",
  issuer: "발급자 (여러 개일 때)",
  claim: "팀의 클레임, 예: team=red",
  key: "키",
  id: "또는 업로드 ID",
  uploads: "업로드",
  noUploads: "기록된 업로드가 없습니다. 할당량이 없는 정책은 기록을 남기지 않습니다.",
  quota: "할당량",
  noQuota: "할당량이 있는 정책이 없습니다.",
  unreached: "확인하지 않음: 팀을 지정하세요",
  outbox: "대기 중인 웹훅",
  noOutbox: "대기 중인 웹훅이 없습니다.",
  sendAgain: "다시 보내기",
  sentAgain: "지금 다시 보냅니다.",
  nextTry: "다음 시도",
  created: "생성",
  status: "상태",
  size: "크기",
  of: "/",
  more: "이전 업로드",
  way: "이 파일에 일어난 일",
  granted: "티켓 발급",
  validUntil: "유효 기한",
  inStore: "저장소",
  nothingInStore: "저장소에 이 키의 객체가 없습니다.",
  abortMark: "중단된 업로드가 남긴 빈 객체입니다.",
  settled: "처리 결과",
  waiting: "파일을 기다리는 중",
  delivered: "웹훅",
  noMessage: "대기 중인 것이 없습니다. 수락되었거나, 포기했거나, 없는 경우입니다.",
  unattributed: "다음 정책의 키에는 사용자가 없습니다:",
  nobody: "키만으로는 소유자를 알 수 없습니다.",
  noRecord: "기록 없음: 정책에 할당량이 없거나 기록 기간이 끝났습니다.",
  back: "뒤로",
  failed: "처리하지 못했습니다",
  pending: "대기 중",
  completed: "완료",
  rejected: "거부됨",
  expired: "만료됨",
  aborted: "중단됨",
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, ko: KOREAN };

/** Returns the language of a cookie, or else of `Accept-Language`. */
export function languageOf(cookie: string, accepted: string): Language {
  const chosen = /(?:^|; )lang=(en|ko)(?:;|$)/.exec(cookie)?.[1];
  if (chosen === "en" || chosen === "ko") return chosen;
  return /^\s*ko\b/i.test(accepted) ? "ko" : "en";
}

/** The state of an upload, in words. An unknown one is shown as it is. */
export function statusText(texts: Texts, status: string): string {
  switch (status) {
    case "pending":
    case "completed":
    case "rejected":
    case "expired":
    case "aborted":
      return texts[status];
    default:
      return status;
  }
}
