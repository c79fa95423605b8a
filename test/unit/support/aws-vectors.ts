/**
 * AWS's published examples of signatures in the query, as data: the documentation of S3
 * ("Authenticating Requests: Using Query Parameters") and the signing suite of aws-c-auth.
 */

/** One example: everything that is signed, and the signature. */
export interface Vector {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionToken?: string;
  readonly signature: string;
}

/** Region us-east-1, an hour from 2015-08-30T12:36:00Z, service "service". */
export const SUITE: readonly Vector[] = [
  {
    name: "get-unreserved",
    method: "GET",
    path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    query: {},
    headers: {},
    signature: "95968482db1b9e0fadef6efc1bd24689f77c77d9ef56919c96a28cc92e0d6005",
  },
  {
    name: "get-vanilla",
    method: "GET",
    path: "/",
    query: {},
    headers: {},
    signature: "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d",
  },
  {
    name: "get-vanilla-empty-query-key",
    method: "GET",
    path: "/",
    query: {
      Param1: "value1",
    },
    headers: {},
    signature: "49096700cbbaa5753443850f40df10f904fc2fdb544dc9512203cc77c471a9de",
  },
  {
    name: "get-vanilla-query-order-encoded",
    method: "GET",
    path: "/",
    query: {
      "Param-3": "Value3",
      Param: "Value2",
      ሴ: "Value1",
    },
    headers: {},
    signature: "c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787",
  },
  {
    name: "get-vanilla-query-order-key-case",
    method: "GET",
    path: "/",
    query: {
      Param2: "value2",
      Param1: "value1",
    },
    headers: {},
    signature: "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5",
  },
  {
    name: "get-vanilla-query-unreserved",
    method: "GET",
    path: "/",
    query: {
      "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz":
        "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    },
    headers: {},
    signature: "8e76a88a7433637b12778d5592799b29ad21ecd6cf6325051c21d86f0acda2bf",
  },
  {
    name: "get-vanilla-utf8-query",
    method: "GET",
    path: "/",
    query: {
      ሴ: "bar",
    },
    headers: {},
    signature: "0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600",
  },
  {
    name: "get-vanilla-with-session-token",
    method: "GET",
    path: "/",
    query: {},
    headers: {},
    signature: "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c",
    sessionToken: "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
  },
  {
    name: "get-header-value-trim",
    method: "GET",
    path: "/",
    query: {},
    headers: {
      "my-header1": "value1",
      "my-header2": '"a   b   c"',
    },
    signature: "e7bb0fd515e125e1aec2ecc4c0c17484fb06f6846b927c35e46005dd3df3acd4",
  },
  {
    name: "post-header-key-sort",
    method: "POST",
    path: "/",
    query: {},
    headers: {
      "my-header1": "value1",
    },
    signature: "c09d07e0d55871f10f2a6d350d994acf6825a3cae70673d7def55616e6119dd7",
  },
  {
    name: "post-header-value-case",
    method: "POST",
    path: "/",
    query: {},
    headers: {
      "my-header1": "VALUE1",
    },
    signature: "0698bc9e4f7f9139065ba2909c0e99da257e8e2a42492a097bcd46d792391fed",
  },
  {
    name: "post-sts-header-before",
    method: "POST",
    path: "/",
    query: {},
    headers: {},
    signature: "46c2e3c63c1dbe7d39f8ada16fe7f001c1f56c5791441565323677f96308871c",
    sessionToken:
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==",
  },
  {
    name: "post-vanilla",
    method: "POST",
    path: "/",
    query: {},
    headers: {},
    signature: "2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b",
  },
  {
    name: "post-vanilla-query",
    method: "POST",
    path: "/",
    query: {
      Param1: "value1",
    },
    headers: {},
    signature: "a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682",
  },
];
