// Pages work without this script. It refreshes the part that shows a running job, and keeps the reader's place.
"use strict";
// On a phone the pages of a plan are a strip: the one that is open is moved into sight.
const strip = document.querySelector(".plan-nav ul");
const shown = strip && strip.querySelector("[aria-current]");
if (shown) strip.scrollLeft = shown.offsetLeft - strip.offsetLeft - 16;
for (const part of document.querySelectorAll("[data-refresh]")) {
  const seconds = Number(part.dataset.refresh) || 5;
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-refresh]");
      if (!answer.ok) return;
      if (!fresh) { if (!document.querySelector("textarea:focus,input:focus")) location.reload(); return; }
      part.replaceChildren(...fresh.childNodes);
    } catch { /* the service is away for a moment: ask again */ }
    setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}
