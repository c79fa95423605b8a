/** What a client asks for, independent of the API that it uses. */
import type { Checksum } from "../store/checksum.ts";

export interface Intent {
  readonly policy?: string | undefined;
  readonly filename?: string | undefined;
  readonly contentType: string;
  /** In bytes. */
  readonly size?: number | undefined;
  readonly checksum?: Checksum | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `true` demands a multipart upload, `false` a single PUT; without it the policy decides. */
  readonly multipart?: boolean | undefined;
  /** In bytes, for a client that cuts the file itself; without it the service chooses. */
  readonly partSize?: number | undefined;
  /** The operating system sends the file when it chooses to: the tickets live longer. */
  readonly background?: boolean | undefined;
  /** The client can send no header of the ticket except Content-Type. */
  readonly isContentTypeOnly?: boolean;
}
