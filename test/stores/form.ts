/** A POST form as a browser sends it: a client's own changes, and what became of it. */

export interface Form {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What somebody does to a form that he was given. */
export interface Change {
  readonly fields?: Readonly<Record<string, string>>;
  readonly without?: string;
  readonly body?: string;
  /** Fields that follow the file. */
  readonly after?: Readonly<Record<string, string>>;
  /** The name of the file, as a browser tells it. */
  readonly filename?: string;
  /** The type of the file, as a browser tells it. */
  readonly type?: string;
}

export interface FormAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

/** Sends the form with those changes. No redirect is followed. */
export async function sendForm({ url, fields }: Form, change: Change = {}): Promise<FormAnswer> {
  const { body = "hello", filename = "blob", type = "" } = change;
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...change.fields }))
    if (name !== change.without) form.append(name, value);
  form.append("file", new File([body], filename, { type }));
  for (const [name, value] of Object.entries(change.after ?? {})) form.append(name, value);
  const response = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const location = response.headers.get("location");
  return { status: response.status, location, text: await response.text() };
}
