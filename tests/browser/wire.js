// Stands between the page and the desk's answers to messages: the test says what comes, when, and what goes wrong.
{
  const real = window.fetch.bind(window);
  window.wire = [];
  window.fetch = (url, init) => (String(url).endsWith("/messages") ? answer(init) : real(url, init));

  function answer({ body, signal }) {
    const call = { sent: JSON.parse(body), aborted: false };
    window.wire.push(call);
    return new Promise((resolve, reject) => {
      let stream = null;
      signal.addEventListener("abort", () => {
        call.aborted = true;
        reject(signal.reason);
        stream?.error(signal.reason);
      });
      call.lose = () => reject(new TypeError("Failed to fetch"));
      call.reply = (status, type, text, headers) =>
        resolve(new Response(text, { status, headers: { ...headers, "Content-Type": type } }));
      call.begin = () => {
        const open = new ReadableStream({ start: (controller) => (stream = controller) });
        resolve(new Response(open, { headers: { "Content-Type": "text/event-stream" } }));
      };
      call.push = (text) => stream.enqueue(new TextEncoder().encode(text));
      call.end = () => stream.close();
      call.cut = () => stream.error(new TypeError("network error"));
    });
  }
}
