/** An event, as far as it is believed: it says where to look, and the store says what is there. */
export interface BucketEvent {
  readonly kind: "put" | "multipart" | "copy" | "delete";
  /** The account of the bucket. */
  readonly account: string;
  readonly bucket: string;
  /** Any well-formed text. */
  readonly key: string;
  /** Where a copy comes from. */
  readonly source?: { readonly bucket: string; readonly key: string } | undefined;
}
