// Draws a LINE Flex container (bubble or carousel) as LINE's app does; sizes as LINE documents them.

import {aspectRatio, colour, el, icon, length, picture, tapTarget} from "./flex_dom.js";

const TEXT_SIZES = {
  xxs: "11px", xs: "13px", sm: "14px", md: "16px", lg: "19px", xl: "22px", xxl: "29px",
  "3xl": "35px", "4xl": "48px", "5xl": "74px",
};
const IMAGE_SIZES = {
  xxs: "40px", xs: "60px", sm: "80px", md: "100px", lg: "120px", xl: "140px", xxl: "160px",
  "3xl": "180px", "4xl": "200px", "5xl": "220px", full: "100%",
};
const BORDERS = {none: "0", light: "0.5px", normal: "1px", medium: "2px", "semi-bold": "3px", bold: "4px"};
const BUBBLE_SIZES = new Set(["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]);
const SIDES = {start: "flex-start", center: "center", end: "flex-end"};
const HEIGHTS = {top: "flex-start", center: "center", bottom: "flex-end"};
const JUSTIFY = new Set(["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"]);
const ALIGN = new Set(["center", "flex-start", "flex-end"]);
const DEEPEST = 40; // deeper nesting than any real bubble; guards the page against a hostile preview

/** The element for a bubble or carousel. Every tap calls `onAction(action)` with LINE's own action object. */
export function renderFlex(container, {onAction = () => {}} = {}) {
  if (container?.type === "carousel") {
    const row = el("div", "fx-carousel", ...(container.contents ?? []).map((one) => bubble(one, onAction)));
    row.tabIndex = 0;
    row.setAttribute("role", "group");
    row.setAttribute("aria-roledescription", "carousel");
    return row;
  }
  return bubble(container ?? {}, onAction);
}

function bubble(content, onAction) {
  const size = BUBBLE_SIZES.has(content.size) ? content.size : "mega";
  const element = el("div", `fx-bubble fx-${size}`);
  element.dir = content.direction === "rtl" ? "rtl" : "ltr";
  for (const name of ["header", "hero", "body", "footer"]) {
    if (!content[name]) continue;
    const block = el("div", `fx-block fx-${name}`);
    const style = content.styles?.[name] ?? {};
    block.style.backgroundColor = colour(style.backgroundColor);
    if (style.separator) {
      block.classList.add("fx-separated");
      block.style.borderTopColor = colour(style.separatorColor);
    }
    block.append(component(content[name], {layout: "vertical", index: 0, spacing: "", depth: 0, onAction}));
    element.append(block);
  }
  if (content.footer) element.classList.add("fx-has-footer");
  if (content.action) makeTappable(element, content, onAction);
  return element;
}

/** One component, laid out for its place in the parent box. Unknown types draw nothing, as an older LINE would. */
function component(content, place) {
  const draw = COMPONENTS.get(content?.type);
  if (!draw || place.depth > DEEPEST) return "";
  const element = draw(content, place);
  layOut(element, content, place);
  return element;
}

function layOut(element, content, {layout, index, spacing}) {
  const {style} = element;
  const horizontal = layout !== "vertical";
  const flex = Number.isFinite(content.flex) ? Math.max(0, content.flex) : standardFlex(content, horizontal);
  if (!content.width || !horizontal) style.flex = flex > 0 ? `${flex} 0 ${horizontal ? "0" : "auto"}` : "0 0 auto";
  const before = length(content.margin) || (index > 0 && content.type !== "filler" ? spacing : "");
  if (content.position === "absolute") style.position = "absolute";
  else if (before) style[horizontal ? "marginInlineStart" : "marginTop"] = before;
  style.top = length(content.offsetTop);
  style.bottom = length(content.offsetBottom);
  style.insetInlineStart = length(content.offsetStart);
  style.insetInlineEnd = length(content.offsetEnd);
}

function standardFlex(content, horizontal) {
  if (content.type === "filler") return 1;
  if (content.type === "icon" || content.type === "separator" || content.type === "spacer") return 0;
  return horizontal ? 1 : 0;
}

function box(content, {depth, onAction}) {
  const layout = ["horizontal", "baseline"].includes(content.layout) ? content.layout : "vertical";
  const className = `fx-box fx-${layout}`;
  const spacing = length(content.spacing);
  const children = (content.contents ?? []).map((child, index) =>
    component(child, {layout, index, spacing, depth: depth + 1, onAction}));
  const simple = content.action && !holdsAction(content);
  const element = simple
    ? tapTarget(className, content.action, onAction, ...children)
    : el("div", className, ...children);
  if (content.action && !simple) makeTappable(element, content, onAction);
  paintBox(element.style, content);
  return element;
}

function paintBox(style, content) {
  style.backgroundColor = colour(content.backgroundColor);
  style.backgroundImage = gradient(content.background);
  style.borderRadius = length(content.cornerRadius);
  const border = length(content.borderWidth, BORDERS);
  if (border) style.border = `${border} solid ${colour(content.borderColor) || "#000000"}`;
  for (const side of ["width", "maxWidth", "height", "maxHeight"]) style[side] = length(content[side], {});
  if (content.height) style.minHeight = "0";
  if (content.width) style.flex = "none";
  style.padding = length(content.paddingAll);
  for (const [ours, css] of [["Top", "Top"], ["Bottom", "Bottom"], ["Start", "InlineStart"], ["End", "InlineEnd"]]) {
    const inner = length(content[`padding${ours}`]);
    if (inner) style[`padding${css}`] = inner;
  }
  if (JUSTIFY.has(content.justifyContent)) style.justifyContent = content.justifyContent;
  if (ALIGN.has(content.alignItems)) style.alignItems = content.alignItems;
}

function gradient(background) {
  if (background?.type !== "linearGradient") return "";
  const [start, centre, end] = ["startColor", "centerColor", "endColor"].map((key) => colour(background[key]));
  if (!start || !end || !/^\d+(?:\.\d+)?deg$/.test(background.angle ?? "")) return "";
  const middle = centre ? `, ${centre} ${length(background.centerPosition, {}) || "50%"}` : "";
  return `linear-gradient(${background.angle}, ${start}${middle}, ${end})`;
}

function holdsAction(content) {
  return (content.contents ?? []).some((child) => child?.action || holdsAction(child ?? {}));
}

/** A surface that holds other tap targets: the whole of it reacts, and a small button serves the keyboard. */
function makeTappable(element, content, onAction) {
  const key = tapTarget("fx-key", content.action, onAction);
  key.setAttribute("aria-label", content.action.label || firstText(content) || "Open");
  element.prepend(key);
  element.classList.add("fx-surface");
  element.addEventListener("click", (event) => {
    const inner = event.target.closest("button, .fx-surface");
    if (inner !== null && inner !== element) return;
    event.stopPropagation();
    onAction(content.action);
  });
}

function firstText(content) {
  if (typeof content?.text === "string") return content.text;
  const parts = [content?.header, content?.body, content?.footer, ...(content?.contents ?? [])].filter(Boolean);
  return parts.reduce((found, part) => found || firstText(part), "");
}

function text(content, {onAction}) {
  const line = el("span", "fx-text-line");
  if (Array.isArray(content.contents) && content.contents.length > 0) line.append(...content.contents.map(span));
  else line.textContent = content.text ?? "";
  if (content.wrap) line.classList.add("fx-wrap");
  if (content.wrap && content.maxLines > 0) {
    line.classList.add("fx-clamp");
    line.style.webkitLineClamp = String(content.maxLines);
  }
  const extra = length(content.lineSpacing, {});
  if (extra) line.style.lineHeight = `calc(1.4em + ${extra})`;
  const element = content.action
    ? tapTarget("fx-text", content.action, onAction, line)
    : el("div", "fx-text", line);
  paintText(element.style, content);
  element.style.textAlign = Object.hasOwn(SIDES, content.align ?? "") ? content.align : "";
  element.style.justifyContent = HEIGHTS[content.gravity] ?? "";
  return element;
}

function span(content) {
  const element = el("span", "fx-span", content?.text ?? "");
  paintText(element.style, content ?? {});
  return element;
}

function paintText(style, content) {
  style.fontSize = length(content.size, TEXT_SIZES);
  style.color = colour(content.color);
  if (content.weight === "bold") style.fontWeight = "700";
  else if (content.weight === "regular") style.fontWeight = "400";
  if (content.style === "italic") style.fontStyle = "italic";
  if (["underline", "line-through", "none"].includes(content.decoration)) style.textDecoration = content.decoration;
}

function button(content, {onAction}) {
  const look = ["primary", "secondary"].includes(content.style) ? content.style : "link";
  const height = content.height === "sm" ? "sm" : "md";
  const action = content.action ?? {};
  const inner = tapTarget(`fx-button fx-${look} fx-${height}`, action, onAction,
    el("span", "fx-button-label", action.label ?? ""));
  inner.style[look === "link" ? "color" : "backgroundColor"] = colour(content.color);
  const element = el("div", "fx-button-place", inner);
  element.style.justifyContent = HEIGHTS[content.gravity] ?? "";
  return element;
}

function image(content, {onAction}) {
  const frame = content.action
    ? tapTarget("fx-image-frame", content.action, onAction, picture(content.url, content.action.label ?? ""))
    : el("div", "fx-image-frame", picture(content.url));
  frame.style.width = length(content.size, IMAGE_SIZES) || IMAGE_SIZES.md;
  frame.style.aspectRatio = aspectRatio(content.aspectRatio);
  frame.style.backgroundColor = colour(content.backgroundColor);
  if (content.aspectMode === "cover") frame.classList.add("fx-cover");
  const element = el("div", "fx-image", frame);
  element.style.alignItems = SIDES[content.align] ?? "";
  element.style.justifyContent = HEIGHTS[content.gravity] ?? "";
  return element;
}

function video(content, {onAction}) {
  const play = {type: "uri", label: "Play video", uri: content.url};
  const frame = tapTarget("fx-image-frame fx-cover fx-video", play, onAction, picture(content.previewUrl),
    el("span", "play-mark", icon("M8 5v14l11-7z")));
  frame.setAttribute("aria-label", play.label);
  frame.style.width = "100%";
  frame.style.aspectRatio = aspectRatio(content.aspectRatio);
  return el("div", "fx-image", frame);
}

function smallIcon(content) {
  const element = el("span", "fx-icon", picture(content.url));
  element.style.fontSize = length(content.size, TEXT_SIZES);
  element.style.aspectRatio = aspectRatio(content.aspectRatio);
  return element;
}

function separator(content) {
  const element = el("div", "fx-separator");
  element.style.backgroundColor = colour(content.color);
  return element;
}

function spacer(content) {
  const element = el("div", "fx-filler");
  element.style.minHeight = length(content.size) || "8px";
  return element;
}

// A Map, because a component named "constructor" must find nothing.
const COMPONENTS = new Map(Object.entries({
  box, text, button, image, video, separator, spacer, icon: smallIcon, filler: () => el("div", "fx-filler"),
}));
