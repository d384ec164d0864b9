// The only thing a script does here: offer to print. Everything else works without one.
for (const button of document.querySelectorAll("button.print")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
