// The rich menu at the foot of a chat: a picture with tappable areas, which LINE calls bounds.

import {el, picture, tapTarget} from "/simulator/web/flex_dom.js";
import {placeArea} from "/simulator/web/flex.js";

/** The menu's element; taps give the area's action to `onAction`. `answer` is {richmenu, image_url}. */
export function drawRichMenu({richmenu, image_url: address}, onAction) {
  const element = el("div", "rich-menu", picture(address, ""));
  const size = richmenu.size ?? {width: 2500, height: 1686};
  element.style.aspectRatio = `${Number(size.width)} / ${Number(size.height)}`;
  (richmenu.areas ?? []).forEach(({bounds, action}, index) => {
    const area = tapTarget("rich-area", action, onAction);
    area.setAttribute("aria-label", nameOf(action, index));
    placeArea(area, bounds ?? {}, size);
    element.append(area);
  });
  return element;
}

function nameOf(action, index) {
  return action.label || action.displayText || action.text || action.uri || `Menu ${index + 1}`;
}
