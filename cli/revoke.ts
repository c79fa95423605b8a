/** `edge-presigner revoke`: refuses what was issued to a user, to the users of an issuer, or to everybody. */
import { InvalidArgumentError, type Command } from "commander";
import type * as z from "zod/mini";
import { revocation } from "../src/http/admin-answer.ts";
import { addAdminOptions, askAdmin, type AdminOptions } from "./admin/ask-admin.ts";
import { describeFailure } from "./open-uploader.ts";
import { paint, print, printError, printJson } from "./output.ts";
import { printableValue } from "./printable.ts";

interface Options extends AdminOptions {
  readonly user?: string;
  readonly issuer?: string;
  readonly all?: true;
  readonly before?: string;
  readonly json?: boolean;
}

type Revoked = z.output<typeof revocation>;

/** Each request aborts up to a hundred uploads. */
const MAX_REQUESTS = 100;

/** Adds the command `revoke` to the program. */
export function addRevoke(program: Command): void {
  addAdminOptions(
    program
      .command("revoke")
      .description("Revokes the tokens and uploads of a user, of an issuer, or of all users."),
  )
    .option("--user <id>", "the user's id, which aborts open multipart uploads too")
    .option("--issuer <iss>", "the issuer of the user; alone, all of its users")
    .option("--all", "every user")
    .option("--before <time>", "what was issued until then (default: now); later than now: a block")
    .option("--json", "print the answer as JSON")
    .action(run);
}

async function run({ user, issuer, all, before, json, ...options }: Options): Promise<void> {
  if (user === undefined && issuer === undefined && !all)
    throw new InvalidArgumentError("Use --user, --issuer or --all.");
  const asked = {
    ...(user !== undefined && { user }),
    ...(issuer !== undefined && { issuer }),
    ...(all && { all }),
  };
  try {
    const revoked = await revokeAll(options, { ...asked, ...(before !== undefined && { before }) });
    if (json) printJson(revoked);
    else print(describe(revoked));
    const { failed = 0, hasMore = false } = revoked.multipartUploads ?? {};
    if (failed > 0 || hasMore) process.exitCode = 1;
  } catch (error) {
    printError(`${paint("red", "✘")} ${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

/** Sends the request again for as long as there are uploads to abort. What was aborted is added up. */
async function revokeAll(options: AdminOptions, asked: object): Promise<Revoked> {
  let aborted = 0;
  let body: object = asked;
  for (let request = 1; ; request += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each one aborts what the last one left
    const revoked = await askAdmin(options, {
      method: "POST",
      path: "/v1/admin/revocations",
      body,
      answer: revocation,
    });
    const { multipartUploads: uploads } = revoked;
    if (!uploads) return revoked;
    aborted += uploads.aborted;
    const isStuck = uploads.aborted === 0;
    if (!uploads.hasMore || isStuck || request === MAX_REQUESTS)
      return { ...revoked, multipartUploads: { ...uploads, aborted } };
    // What is issued meanwhile is not revoked.
    body = { ...asked, before: revoked.before };
  }
}

function describe({
  user,
  issuer,
  before,
  effectiveAt,
  multipartUploads: uploads,
  live,
  advice,
}: Revoked): string {
  const whose = issuer === undefined ? "everybody" : `the users of ${printableValue(issuer)}`;
  const who = user === undefined ? whose : `the user ${printableValue(user)}`;
  return [
    `✔ revoked: what was issued to ${who} until ${before}`,
    `  refused everywhere from ${effectiveAt}`,
    ...(uploads ? describeUploads(uploads) : []),
    ...live.map(({ kind, store, until }) => `  still valid: ${kind} of ${store} until ${until}`),
    `  ${advice}`,
    "",
  ].join("\n");
}

function describeUploads({
  aborted,
  failed,
  hasMore,
  unchecked,
}: NonNullable<Revoked["multipartUploads"]>): readonly string[] {
  return [
    `  multipart uploads: ${aborted} aborted${failed > 0 ? `, ${failed} not: see the log` : ""}`,
    ...(hasMore ? ["  more are open: run it again"] : []),
    ...(unchecked.length > 0 ? [`  not looked for under: ${unchecked.join(", ")}`] : []),
  ];
}
