/** Addresses in a story are those of its server: on another page they are made whole. */

const names = ['href', 'src', 'poster'];

/** In a piece of a story from which nothing has been loaded yet. `page` is the address of the story's page. */
export const makeWhole = (piece: Element, page: string): void => {
  for (const element of piece.querySelectorAll('[href], [src], [poster]')) {
    for (const name of names) {
      const whole = URL.parse(element.getAttribute(name) ?? 'no:', page);
      if (whole && element.hasAttribute(name)) element.setAttribute(name, whole.href);
    }
  }
  for (const { parentElement: film } of piece.querySelectorAll('track')) if (film && isFrom(page, film)) film.setAttribute('crossorigin', 'anonymous');
};

/** Subtitles come to another page only with a film that is asked for as they are, and a film from elsewhere would then not come at all. */
const isFrom = (page: string, film: Element): boolean =>
  [film, ...film.children].every((element) => !element.hasAttribute('src') || element.getAttribute('src')?.startsWith(new URL('/', page).href));
