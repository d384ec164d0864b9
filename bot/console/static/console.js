// What makes pages quicker to work with. Every page also works without this script.

// A part that changes by itself: fetched again until it no longer asks for it.
for (const part of document.querySelectorAll("[data-refresh]")) refreshLater(part);

function refreshLater(part) {
  const seconds = Number(part.dataset.refresh);
  if (!part.id || !(seconds > 0)) return;
  setTimeout(async () => {
    let fresh = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        fresh = page.getElementById(part.id);
      }
    } catch {
      // The network may be away for a moment: what is shown stays, and the next time is tried.
    }
    if (fresh) part.replaceWith(fresh);
    refreshLater(fresh ?? part);
  }, seconds * 1000);
}

// What cannot be taken back is asked for twice; a form that is on its way is not sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm;
  if (form.dataset.sent || (question && !confirm(question))) {
    event.preventDefault();
    return;
  }
  if (!event.submitter?.hasAttribute("formtarget")) form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
