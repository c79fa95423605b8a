/** The fields of a policy that gives temporary credentials for one prefix, and no tickets. */
import * as z from "zod/mini";
import { CREDENTIAL_ACTIONS } from "../store/scoped-access.ts";
import { duration } from "./quantity.ts";

const FIFTEEN_MINUTES = 900;

/** Parsed durations are in seconds. */
export const credentialPolicySchema = z.strictObject({
  /** A store's name. */
  store: z.string(),
  /** What the credentials reach: folders, then `{user}`, then a slash, such as `sync/{user}/`. */
  key: z.string(),
  credentials: z.strictObject({
    /** The most that a caller can ask for. `"write"` also deletes and overwrites. */
    actions: z.array(z.enum(CREDENTIAL_ACTIONS)).check(z.minLength(1)),
    /** 15 minutes by default, and at most 1 hour: nobody can revoke a single one. */
    expiresIn: z._default(duration(), FIFTEEN_MINUTES),
    /** The role that AssumeRole names: required on AWS and Ceph. */
    roleArn: z.optional(z.string()),
  }),
  /** `true` ends the credentials with the token that asked for them, if not earlier. */
  expiresWithToken: z._default(z.boolean(), false),
});

export type CredentialPolicyFields = Readonly<z.output<typeof credentialPolicySchema>>;
