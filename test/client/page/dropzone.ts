/** A page with a form that contains the dropzone. The hash of its URL has the attributes. */
import { DropzoneElement } from "../../../client/web/src/dropzone.ts";

const {
  token,
  "content-security-policy": policy,
  ...attributes
} = JSON.parse(decodeURIComponent(location.hash.slice(1))) as Readonly<Record<string, string>>;

document.body.innerHTML = `
  <main>
    <h1>Application</h1>
    <form>
      <label>Name <input name="person" value="Kim"></label>
      <fieldset id="documents"><legend>Documents</legend></fieldset>
      <button id="send">Send</button> <button type="reset" id="reset">Reset</button>
    </form>
  </main>
`;
const viewport = document.createElement("meta");
viewport.name = "viewport";
viewport.content = "width=device-width";
document.head.append(viewport);
if (policy) {
  const meta = document.createElement("meta");
  meta.httpEquiv = "content-security-policy";
  meta.content = policy;
  document.head.append(meta);
}
const dropzone = new DropzoneElement();
for (const [name, value] of Object.entries(attributes)) dropzone.setAttribute(name, value);
dropzone.getToken = () => token ?? "";

const events: string[] = [];
Object.assign(globalThis, { events });
for (const type of ["upload-completed", "upload-failed"] as const)
  dropzone.addEventListener(type, ({ detail }) => {
    events.push(`${type}: ${detail.file.name ?? ""}`);
  });
document.querySelector("fieldset")?.append(dropzone);
