/** Defines IAM policy documents (AWS: "Grammar of the IAM JSON policy language"). */

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in a bucket policy. */
  readonly Principal?: "*";
  /** Everybody but these (Ceph). */
  readonly NotPrincipal?: { readonly AWS: readonly string[] };
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

/** Who may assume a role (AWS: "Trust policies"). */
export interface TrustDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Effect: "Allow";
    readonly Principal: { readonly AWS: readonly string[] };
    readonly Action: readonly ["sts:AssumeRole"];
  }[];
}

/** Returns a document with the statements that are defined. */
export function toDocument(statements: readonly (Statement | undefined)[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: statements.filter((statement) => statement !== undefined),
  };
}
