// The few DOM building blocks that the LINE message renderer is made of; text only ever enters the page as text.

const LENGTHS = {none: "0", xs: "2px", sm: "4px", md: "8px", lg: "12px", xl: "16px", xxl: "20px"};
const COLOUR = /^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i;
const NUMBER_WITH_UNIT = /^-?\d+(?:\.\d+)?(?:px|%)$/;
const SVG = "http://www.w3.org/2000/svg";

/** An element with a class and children; strings become text nodes, empty children are skipped. */
export function el(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (tag === "button") element.type = "button";
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A 24-unit line drawing, hidden from screen readers: the control around it carries the name. */
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "line-icon");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** CSS length of a LINE keyword (`md`), pixels or per cent; "" for anything else, which leaves the property alone. */
export function length(value, keywords = LENGTHS) {
  if (value === undefined || value === null) return "";
  const text = String(value);
  if (Object.hasOwn(keywords, text)) return keywords[text];
  return NUMBER_WITH_UNIT.test(text) ? text : "";
}

export function colour(value) {
  return COLOUR.test(String(value ?? "")) ? value : "";
}

/** "20:13" → "20 / 13" for CSS aspect-ratio. */
export function aspectRatio(value, standard = "1 / 1") {
  const parts = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(String(value ?? ""));
  return parts && Number(parts[1]) > 0 && Number(parts[2]) > 0 ? `${parts[1]} / ${parts[2]}` : standard;
}

/** A button without a look of its own around `children`, which gives `action` back when tapped. */
export function tapTarget(className, action, onAction, ...children) {
  const button = el("button", `tap ${className}`, ...children);
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    onAction(action);
  });
  if (!button.textContent.trim() && action.label) button.setAttribute("aria-label", action.label);
  return button;
}

let remoteToo = false;

/** Lets pictures come from other hosts as well; only for pages whose content security policy does. */
export function allowRemotePictures() {
  remoteToo = true;
}

/** Address of a picture that this page may load (its own host, inline data, else see above), or "". */
export function loadable(address) {
  try {
    const url = new URL(String(address ?? ""), document.baseURI);
    const inline = url.protocol === "data:" && /^data:image\/(?:png|jpeg|gif|webp)[;,]/i.test(url.href);
    const remote = remoteToo && (url.protocol === "https:" || ["127.0.0.1", "localhost"].includes(url.hostname));
    return inline || remote || url.origin === window.location.origin ? url.href : "";
  } catch {
    return "";
  }
}

/** The picture, or a grey frame naming its host where it cannot be shown. */
export function picture(address, description = "") {
  const source = loadable(address);
  if (!source) return missingPicture(address, description);
  const image = el("img", "picture");
  image.alt = description;
  image.decoding = "async";
  image.addEventListener("error", () => image.replaceWith(missingPicture(address, description)));
  image.src = source;
  return image;
}

function missingPicture(address, description) {
  let host = "";
  try {
    host = new URL(String(address)).host;
  } catch {
    // not an address: the frame alone says that there is no picture
  }
  const frame = el("span", "picture picture-missing", el("span", "picture-host", host));
  frame.setAttribute("role", "img");
  frame.setAttribute("aria-label", description || `Picture ${host}`.trim());
  return frame;
}
