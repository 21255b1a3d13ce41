/** The contents list follows the reader: the entry of the section being read says so. */

/** The line of the screen, from its top, at which people read. */
const readingLine = 0.3;

export const followReading = (article: Element): void => {
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) show(target.getAttribute('data-id'));
  }, { rootMargin: `${-100 * readingLine}% 0% ${-100 * (1 - readingLine)}% 0%` });
  const show = (id: string | null) => {
    for (const entry of article.querySelectorAll('#contents [data-id]')) {
      if (entry.getAttribute('data-id') === id) entry.setAttribute('aria-current', 'true');
      else entry.removeAttribute('aria-current');
    }
  };
  const observe = () => {
    observer.disconnect(); // observed anew they report anew, and sections that are gone are let go
    for (const section of article.querySelectorAll('#sections > section')) observer.observe(section);
  };
  observe();
  document.addEventListener('stop-press:patched', observe);
};
