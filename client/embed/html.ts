/** From HTML that the story's server has cut to a safe set to elements. Scripts in it, and what handles events, would not run. */

type Policy = { createHTML(html: string): string };

let policy: Policy | undefined;

/** Where a page takes trusted HTML alone, it has to know this policy by its name. */
const trust = (html: string): string => {
  const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }; // not yet known to every TypeScript
  policy ??= trustedTypes?.createPolicy('stop-press', { createHTML: (html) => html });
  return policy?.createHTML(html) ?? html;
};

/** The first element of a piece of HTML; nothing is loaded from it before it stands in a page. */
export const elementOf = (html: string): Element => {
  const template = document.createElement('template');
  template.innerHTML = trust(html);
  return template.content.firstElementChild ?? document.createElement('p');
};
