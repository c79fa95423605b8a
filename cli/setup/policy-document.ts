/** Defines IAM policy documents (AWS: "Grammar of the IAM JSON policy language"). */

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in a bucket policy. */
  readonly Principal?: "*";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Returns a document with the statements that are defined. */
export function toDocument(statements: readonly (Statement | undefined)[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: statements.filter((statement) => statement !== undefined),
  };
}
