import { IDLE_MS, type Send } from "./put.ts";

/** Sends with `XMLHttpRequest`, which reports progress; `fetch` does not. */
export const sendWithXhr: Send = async ({ ticket, body, signal, onSent }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => request.abort();
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, IDLE_MS);
    };
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers))
      request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) => {
      watch();
      onSent(loaded);
    });
    // Fires after an answer, an error and an abort. The status of the last two is 0.
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      const { status, responseText: text } = request;
      const readHeader = (name: string) => request.getResponseHeader(name);
      if (status) resolve({ status, text, readHeader });
      else reject(new Error("No answer"));
    });
    signal.addEventListener("abort", stop);
    watch();
    request.send(body);
  });
