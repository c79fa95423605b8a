import { IDLE_MS, type Send } from "./put.ts";

/** With `XMLHttpRequest`, as `fetch` tells no progress of what it sends. */
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
    // After an answer, an error, an abort: the status of the last two is 0.
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      const { status, responseText: text } = request;
      const readHeader = (name: string) => request.getResponseHeader(name);
      if (status) resolve({ status, text, readHeader });
      else reject(new Error("There is no answer"));
    });
    signal.addEventListener("abort", stop);
    watch();
    request.send(body);
  });
