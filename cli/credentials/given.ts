/** What the Worker answers, as far as the command prints it. */
import * as z from "zod/mini";

/** Nothing that a shell or a configuration file could read as more than a value. */
const plain = z.string().check(z.regex(/^[\w.~:/+=@-]{1,8192}$/));
export const answerSchema = z.object({
  accessKeyId: plain,
  secretAccessKey: plain,
  sessionToken: plain,
  expiresAt: plain,
  endpoint: plain,
  region: plain,
  bucket: plain,
  prefix: plain,
  addressing: z.enum(["virtual-host", "path"]),
});
export type GivenCredentials = z.output<typeof answerSchema>;
